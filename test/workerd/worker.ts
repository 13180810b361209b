import { DurableObject } from 'cloudflare:workers'

/** The Worker in which the `workerd` tests run. */
export default {
  async fetch(): Promise<Response> {
    return new Response('The tests run beside this.', { status: 404 })
  },
}

/** For tests that need no more than its storage. */
export class Plain extends DurableObject {}

/** The same without SQLite. */
export class Legacy extends DurableObject {}
