import { readFile } from 'node:fs/promises'
import { expect, test } from 'playwright/test'
import { createFakeTwitch } from 'twitch-keyring/testing'

const root = new URL('../../', import.meta.url)
const CDN = /^https:\/\/cdn\.jsdelivr\.net\/npm\/twitch-keyring@[\d.]+\/(dist\/.+)$/

test('the page of the README that needs no bundler shows chat', async ({ page }) => {
  const readme = await readFile(new URL('README.md', root), 'utf8')
  const [, html = ''] = /^```html\n(.*?)^```$/ms.exec(readme) ?? []
  const twitch = createFakeTwitch({
    users: [
      { id: '1', login: 'twitchdev' },
      { id: '2', login: 'viewer', displayName: 'Viewer' },
    ],
  })

  await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await page.route(CDN, async (route) => {
    const [, file = ''] = CDN.exec(route.request().url()) ?? []
    await route.fulfill({ contentType: 'text/javascript', body: await readFile(new URL(file, root), 'utf8') })
  })
  await page.routeWebSocket('wss://irc-ws.chat.twitch.tv/', (socket) => {
    const session = twitch.accept({
      send: (text) => socket.send(text),
      close: () => void socket.close(),
      terminate: () => void socket.close(),
    })
    socket.onMessage((text) => session.receive(String(text)))
  })

  await page.goto('http://localhost/')
  await expect.poll(() => twitch.chat.connections[0]?.channels).toContain('twitchdev')
  twitch.chat.send('viewer', 'twitchdev', 'hello from the README')
  await expect(page.locator('#chat li')).toHaveText('Viewer: hello from the README')
})
