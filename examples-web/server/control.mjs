// @ts-check
import { Hono } from 'hono'
import { cors } from 'hono/cors'

/**
 * Makes the fake Twitch misbehave, for the buttons of the demo.
 *
 * - `GET /control`: `{ isDown, renewals }`, the latter being how many refresh tokens were sent to it so far.
 * - `POST /control/expire`: every access token dies now, as at the end of its life.
 * - `POST /control/down?on=true|false`: no host answers, and chat is cut off.
 * - `POST /control/cut-sockets`: every chat connection breaks.
 * - `POST /control/lose-answer?how=unreadable|hang`: the next refresh token is spent, and a proxy answers in Twitch's place,
 *   or nobody ever does. A connection that breaks would not do: browsers send a POST again by themselves then.
 * - `POST /control/disconnect?login=…&client_id=…`: the user takes an app off the list of those that may.
 *
 * @param {import('twitch-keyring/testing').FakeTwitch} twitch
 */
export function control(twitch) {
  /** @type {(() => void)[]} */
  let outage = []

  const app = new Hono()
  app.use(cors())
  app.get('/', ({ json }) => json({ isDown: outage.length > 0, renewals: twitch.requests.filter(isRenewal).length }))
  app.post('/expire', ({ body }) => {
    twitch.id.expireAll()
    return body(null, 204)
  })
  app.post('/down', ({ req, body }) => {
    for (const end of outage) end()
    outage = []
    if (req.query('on') === 'true') {
      outage = [
        twitch.faults.add({ host: 'id', fault: { kind: 'status', status: 503, cors: false } }),
        twitch.faults.add({ host: 'helix', fault: { kind: 'status', status: 503, cors: false } }),
        twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' } }),
      ]
      twitch.chat.close()
    }
    return body(null, 204)
  })
  app.post('/cut-sockets', ({ body }) => {
    twitch.chat.close()
    return body(null, 204)
  })
  app.post('/lose-answer', ({ req, body }) => {
    /** @type {import('twitch-keyring/testing').HttpFault} */
    const fault =
      req.query('how') === 'hang'
        ? { kind: 'hang', at: 'after' }
        : { kind: 'status', at: 'after', status: 503, cors: false }
    twitch.faults.add({ host: 'id', path: '/token', when: isRenewal, times: 1, fault })
    return body(null, 204)
  })
  app.post('/disconnect', ({ req, body }) => {
    twitch.id.disconnect(req.query('login') ?? '', req.query('client_id') ?? '')
    return body(null, 204)
  })
  return app
}

/** @param {import('twitch-keyring/testing').FaultTarget} request */
function isRenewal({ path, params }) {
  return path === '/token' && params?.['grant_type'] === 'refresh_token'
}
