// @ts-check
import { Hono } from 'hono'
import { html } from 'hono/html'

/** @typedef {import('twitch-keyring/testing').FakeTwitch} FakeTwitch */

/**
 * In the words of a consent page; other scopes are shown as they are called.
 *
 * @type {Readonly<Record<string, string>>}
 */
const meanings = {
  'chat:read': 'See messages in chat',
  'chat:edit': 'Send messages in chat as you',
  'user:read:email': 'See your e-mail address',
  'moderator:read:followers': 'See who follows you',
  'user:read:follows': 'See whom you follow',
}

/**
 * Where a person enters the code of an app and allows it, as on twitch.tv/activate.
 *
 * @param {FakeTwitch} twitch
 */
export function activation(twitch) {
  const app = new Hono()
  /** @param {string} code */
  const waiting = (code) => {
    const found = twitch.id.deviceRequest(code)
    return found?.state === 'pending' && found.expiresAt > twitch.clock.now() ? found : undefined
  }

  app.get('/', ({ req, html: answer }) => {
    const code = (req.query('device-code') ?? '').trim().toUpperCase()
    const request = waiting(code)
    if (request === undefined) return answer(page(codeForm(code)), code === '' ? 200 : 404)
    return answer(page(consent(request, twitch.users)))
  })

  app.post('/', async ({ req, html: answer }) => {
    const form = await req.formData()
    const field = (/** @type {string} */ name) => String(form.get(name) ?? '')
    const code = field('code')
    const request = waiting(code)
    if (request === undefined) return answer(page(codeForm(code)), 404)
    const allowed = field('choice') === 'allow'
    if (allowed) twitch.id.allow(code, field('login'))
    else twitch.id.deny(code)
    return answer(page(done(allowed, request.app.name)))
  })

  return app
}

const page = (/** @type {unknown} */ content) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Fake Twitch</title>
    <link rel="icon" href="data:,">
    <style>
      :root { color-scheme: dark; font: 16px/1.5 Inter, "Segoe UI", system-ui, sans-serif }
      body { margin: 0; min-height: 100dvh; display: grid; grid-template-rows: auto 1fr; background: #12131a; color: #eceef5 }
      .tape { padding: .9rem 1rem; text-align: center; font-weight: 700; color: #1b1600;
        background: repeating-linear-gradient(-45deg, #ffd166 0 1.4rem, #f5bd3b 1.4rem 2.8rem) }
      main { place-self: center; box-sizing: border-box; width: min(100% - 2rem, 27rem); margin: 2rem 0; padding: 1.6rem; border-radius: 1rem; background: #1c1e29; border: 1px solid #2f3242 }
      h1 { margin: 0 0 .3rem; font-size: 1.35rem; line-height: 1.25; text-wrap: balance }
      .soft { color: #a9aebf } p { margin: 0 0 1rem }
      code { font: 700 1.5rem ui-monospace, "Cascadia Mono", Menlo, monospace; letter-spacing: .08em }
      .code { padding: .7rem 1rem; margin: 1rem 0; border: 1px dashed #565b74; border-radius: .7rem; text-align: center }
      ul { margin: 0 0 1.2rem; padding: 0; list-style: none } li { padding: .25rem 0 .25rem 1.6rem; position: relative }
      li::before { content: ""; position: absolute; inset: .7rem auto auto .3rem; width: .7rem; height: .35rem; border: solid #6fe3a5; border-width: 0 0 2px 2px; transform: rotate(-45deg) }
      li span { display: block; font-size: .8rem }
      label { display: block; font-size: .875rem; margin-bottom: .3rem }
      select, input { box-sizing: border-box; width: 100%; margin-bottom: 1.2rem; padding: .6rem .8rem; font: inherit; color: inherit; background: #262938; border: 1px solid #3a3e52; border-radius: .6rem }
      .row { display: flex; gap: .7rem } button { flex: 1; padding: .7rem; font: inherit; font-weight: 700; border-radius: .6rem; border: 1px solid #3a3e52; background: #262938; color: inherit; cursor: pointer }
      .go { background: #b69cff; border-color: #b69cff; color: #17112b } :focus-visible { outline: 2px solid #b69cff; outline-offset: 2px }
    </style>
  </head>
  <body>
    <div class="tape">Fake Twitch: no account, no password, nothing leaves this computer</div>
    <main>${content}</main>
  </body>
</html>`

const codeForm = (/** @type {string} */ code) => html`
  <h1>Activate your app</h1>
  <p class="soft">${code ? 'No app waits for this code. It may have expired, or been used.' : 'Enter the code that your app shows.'}</p>
  <form method="get">
    <label for="device-code">Code</label>
    <input id="device-code" name="device-code" value="${code}" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false">
    <div class="row"><button class="go">Continue</button></div>
  </form>`

/**
 * @param {Readonly<import('twitch-keyring/testing').DeviceRequest>} request
 * @param {FakeTwitch['users']} users
 */
const consent = ({ userCode, app, scopes }, users) => html`
  <h1>${app.name} wants to use your account</h1>
  <p class="soft">Allow it only if your app shows this very code.</p>
  <p class="code"><code>${userCode}</code></p>
  <ul>
    ${scopes.map((scope) => html`<li>${meanings[scope] ?? scope}<span class="soft">${scope}</span></li>`)}
  </ul>
  <form method="post">
    <input type="hidden" name="code" value="${userCode}">
    <label for="login">Who are you today?</label>
    <select id="login" name="login">
      ${users
        .all()
        .slice(0, 12)
        .map(({ login, displayName }) => html`<option value="${login}">${displayName}</option>`)}
    </select>
    <div class="row">
      <button name="choice" value="deny">Deny</button>
      <button class="go" name="choice" value="allow" data-keyring="allow">Allow</button>
    </div>
  </form>`

const done = (/** @type {boolean} */ allowed, /** @type {string} */ name) => html`
  <h1>${allowed ? `${name} is connected` : 'Nothing was allowed'}</h1>
  <p class="soft">You can close this page and go back to your app.</p>`
