import { prove } from './prove.js'

prove().then(
  (line) => {
    document.title = line
  },
  (error) => {
    document.title = String(error)
  },
)
