import { expect, it } from 'vitest'
import { createTwitch, known } from './transcript.ts'

const fetchPicture = (url: string) => createTwitch().fetch(url)

it.each([
  '/emoticons/v2/25/default/dark/1.0',
  '/emoticons/v2/emotesv2_0123/static/light/3.0',
  '/badges/v1/moderator-1/1',
  '/jtv_user_pictures/twitchdev-profile_image-300x300.png',
  '/previews-ttv/live_user_twitchdev-320x180.jpg',
])('draws %s', async (path) => {
  const response = await fetchPicture(`https://static-cdn.jtvnw.net${path}`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(await response.text()).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+".*<\/svg>$/,
  )
})

it('has nothing elsewhere', async () => {
  expect((await fetchPicture('https://static-cdn.jtvnw.net/nothing')).status).toBe(404)
})

it('every picture that Helix names is there', async () => {
  const twitch = createTwitch()
  const headers = { Authorization: `Bearer ${known.publicAccess}`, 'Client-Id': known.public }
  const urls: string[] = []
  for (const path of ['/users', '/chat/badges/global', '/chat/badges?broadcaster_id=12826', '/chat/emotes/global']) {
    const text = await (await twitch.fetch(`https://api.twitch.tv/helix${path}`, { headers })).text()
    urls.push(...(text.match(/https:\/\/static-cdn[^"{]+(?=")/g) ?? []))
  }
  expect(urls.length).toBeGreaterThan(50)
  for (const url of urls) expect((await twitch.fetch(url)).status, url).toBe(200)
})
