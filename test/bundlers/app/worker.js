import { prove } from './prove.js'

export default {
  async fetch() {
    return new Response(await prove())
  },
}
