// @ts-check
import { startViewers } from '../server/viewers.mjs'
import { startWorkerDemo } from './demo.mjs'

const port = Number(process.env.PORT ?? 8787)
const { url, twitch, close } = await startWorkerDemo({ port })
startViewers(twitch, { channel: 'juniper', pace: 2_000 })
console.log(`Open ${url}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit(0)))
