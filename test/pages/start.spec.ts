import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'playwright/test'

const started: ChildProcess[] = []
test.afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

function start(PORT: string) {
  const child = spawn(process.execPath, ['examples-web/server/start.mjs'], { env: { ...process.env, PORT } })
  started.push(child)
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output.text += data))
  return { child, output }
}

test('prints one URL, whose page works', async ({ page }) => {
  const { child, output } = start('0')
  await expect.poll(() => output.text).toMatch(/http.*\n/)
  const urls = output.text.match(/http\S+/g) ?? []
  expect(urls).toHaveLength(1)
  await page.goto(urls[0] as string)
  await expect(page.locator('[data-keyring=state]')).toHaveText('needs-login')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('says what to do when the port is taken, or is none', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  for (const [PORT, sentence] of [
    [String(port), `Port ${port} is taken. Choose another`],
    ['http', 'PORT must be a number from 0 to 65535, not "http".'],
  ] as const) {
    const { child, output } = start(PORT)
    expect(await once(child, 'close')).toEqual([1, null])
    expect(output.text).toContain(sentence)
    expect(output.text.trim().split('\n')).toHaveLength(1)
  }
  other.close()
})
