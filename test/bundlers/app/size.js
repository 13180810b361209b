import { listen } from './app.js'

globalThis.listen = listen
