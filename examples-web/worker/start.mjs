// @ts-check
import { startWorkerDemo } from './demo.mjs'

const port = Number(process.env.PORT ?? 8787)
const { url, close } = await startWorkerDemo({ port })
console.log(`Open ${url}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit(0)))
