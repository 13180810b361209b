// @ts-check
import { startDemo } from './demo.mjs'

const PORT = process.env.PORT || '8080'
const port = Number(PORT)
if (!/^\d+$/.test(PORT) || port > 65_535) fail(`PORT must be a number from 0 to 65535, not "${PORT}".`)

try {
  const { url, close } = await startDemo({ port })
  console.log(`Open ${url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit(0)))
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
  fail(`Port ${port} is taken. Choose another, such as \`PORT=0 npm start\` for any that is free.`)
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exit(1)
}
