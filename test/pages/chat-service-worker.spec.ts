import { createServer } from 'node:http'
import { expect, test } from 'playwright/test'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { listen, shut } from '../../examples-web/server/listen.mjs'
import { bundle } from '../package/bundle.ts'
import { CONVERSATION, converse, USERS } from '../runtimes/converse.ts'

/** One file without modules, as those of most sites and browser extensions are. */
const WORKER = `
import { ChatReader } from 'twitch-keyring/chat'
import { readChat } from './test/runtimes/read-chat.mjs'
addEventListener('message', (event) => {
  event.waitUntil(readChat(ChatReader, event.data, (news) => event.source.postMessage(news)))
})`

async function serveSite() {
  const code = await bundle(WORKER)
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/worker.js' ? ['text/javascript', code] : ['text/html', '<!doctype html>']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  return { url: `http://127.0.0.1:${await listen(server, 0)}`, close: () => shut(server) }
}

test('a service worker reads chat, comes back after a cut, and tells its page', async ({ page }) => {
  const [site, { twitch, endpoints, close }] = await Promise.all([serveSite(), startFakeTwitchServer({ users: USERS })])
  const told: string[] = []
  await page.exposeFunction('hear', (news: string) => {
    told.push(news)
    converse(twitch, told)
  })
  try {
    await page.goto(site.url)
    await page.evaluate(async (irc) => {
      const { serviceWorker } = navigator
      serviceWorker.onmessage = ({ data }) => (window as unknown as { hear(news: unknown): void }).hear(data)
      await serviceWorker.register('/worker.js')
      const { active } = await serviceWorker.ready
      active?.postMessage(irc)
    }, endpoints.irc)
    await expect.poll(() => told, { timeout: 60_000 }).toEqual(CONVERSATION)
    await expect.poll(() => twitch.chat.connections).toEqual([])
  } finally {
    await Promise.all([site.close(), close()])
  }
})
