import { expect, it } from 'vitest'
import { createTwitch, known, play, valuesOf } from '../transcript.ts'

const FORM = 'Content-Type: application/x-www-form-urlencoded'
const GRANT = 'grant_type=urn:ietf:params:oauth:grant-type:device_code'

const ask = `
  > POST /oauth2/device
  > ${FORM}
  >
  > client_id={public}&scopes=user%3Aread%3Aemail+chat%3Aread
  < 200
  < Content-Type: application/json
  <
  < {"device_code":"{device:40}","expires_in":1800,"interval":5,"user_code":"{user:8A}","verification_uri":"https://www.twitch.tv/activate?public=true&device-code={code:8A}"}
`
const pollFor = (deviceCode: string, answer: string) => `
  > POST /oauth2/token
  > ${FORM}
  >
  > client_id={public}&scopes=user%3Aread%3Aemail+chat%3Aread&device_code=${deviceCode}&${GRANT}
  ${answer}
`
const PENDING = '< 400\n<\n< {"status":400,"message":"authorization_pending"}'
const INVALID = '< 400\n<\n< {"status":400,"message":"invalid device code"}'
const GIVEN =
  '< 200\n<\n< {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","scope":["user:read:email","chat:read"],"token_type":"bearer"}'

it('gives a pair once, when the user has allowed it', async () => {
  const twitch = createTwitch()
  const { device = '', user = '', code } = await valuesOf(twitch, ask)
  expect(code).toBe(user)
  await play(twitch, pollFor(device, PENDING))
  twitch.id.allow(user, 'twitchdev')
  await play(twitch, pollFor(device, GIVEN))
  await play(twitch, pollFor(device, INVALID))
})

it('lets a device code expire after its 30 minutes', async () => {
  const twitch = createTwitch()
  const { device = '', user = '' } = await valuesOf(twitch, ask)
  await play(twitch, `wait 1799\n${pollFor(device, PENDING)}\nwait 1\n${pollFor(device, INVALID)}`)
  expect(() => twitch.id.allow(user, 'twitchdev')).toThrow(TypeError)
})

it('gives nobody else the pair', async () => {
  const twitch = createTwitch()
  const { device = '', user = '' } = await valuesOf(twitch, ask)
  twitch.id.allow(user, 'twitchdev')
  await play(
    twitch,
    `
    > POST /oauth2/token
    > ${FORM}
    >
    > client_id={confidential}&device_code=${device}&${GRANT}
    ${INVALID}
    `,
  )
})

it('needs no secret of a confidential app, until it renews', async () => {
  const twitch = createTwitch()
  const { device = '', user = '' } = await valuesOf(
    twitch,
    `
    > POST /oauth2/device
    > ${FORM}
    >
    > client_id={confidential}&scopes=
    < 200
    <
    < {"device_code":"{device:40}","expires_in":1800,"interval":5,"user_code":"{user:8A}","verification_uri":"https://www.twitch.tv/activate?device-code={code:8A}"}
    `,
  )
  twitch.id.allow(user, 'twitchdev')
  await play(
    twitch,
    `
    > POST /oauth2/token
    > ${FORM}
    >
    > client_id={confidential}&device_code=${device}&${GRANT}
    < 200
    <
    < {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","token_type":"bearer"}
    > POST /oauth2/token
    > ${FORM}
    >
    > client_id={confidential}&grant_type=refresh_token&refresh_token={refresh}
    < 400
    <
    < {"status":400,"message":"missing client secret"}
    `,
  )
})

it.each([
  ['client_id=nobody&scopes=chat:read', 'invalid client'],
  ['scopes=chat:read', 'missing client id'],
])('refuses %s', (body, message) =>
  play(
    createTwitch(),
    `
    > POST /oauth2/device
    > ${FORM}
    >
    > ${body}
    < 400
    <
    < {"status":400,"message":"${message}"}
    `,
  ),
)

it('takes a multipart form, as the command line tool of Twitch sends it', async () => {
  const twitch = createTwitch()
  const body = new FormData()
  body.set('client_id', known.public)
  body.set('scopes', 'chat:read')
  const response = await twitch.fetch('https://id.twitch.tv/oauth2/device', { method: 'POST', body })
  expect(response.status).toBe(200)
  const served = await twitch.handle(new Request('http://127.0.0.1:1/oauth2/device', { method: 'POST', body }))
  expect(served.status).toBe(200)
  expect(twitch.id.deviceRequests().map(({ scopes }) => scopes)).toEqual([['chat:read'], ['chat:read']])
})

it('calls good codes invalid at first, where the switch says so', async () => {
  const twitch = createTwitch({ earlyInvalidDeviceCode: 2 })
  const { device = '', user = '' } = await valuesOf(twitch, ask)
  twitch.id.allow(user, 'twitchdev')
  await play(twitch, [INVALID, INVALID, GIVEN].map((answer) => pollFor(device, answer)).join('\n'))
})

it('asks to slow down only where the switch says so', async () => {
  const twitch = createTwitch({ slowDown: true })
  const { device = '' } = await valuesOf(twitch, ask)
  const SLOW = '< 400\n<\n< {"status":400,"message":"slow_down"}'
  await play(
    twitch,
    `${pollFor(device, PENDING)}\nwait 4\n${pollFor(device, SLOW)}\nwait 5\n${pollFor(device, PENDING)}`,
  )
})

it('tells a poll when the user said no', async () => {
  const twitch = createTwitch()
  const { device = '', user = '' } = await valuesOf(twitch, ask)
  twitch.id.deny(user)
  await play(twitch, pollFor(device, '< 400\n<\n< {"status":400,"message":"access_denied"}'))
})
