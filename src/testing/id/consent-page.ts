import type { Answer, Call } from '../http.ts'
import { idError } from './answers.ts'
import { type AuthorizeRequest, allowed, denied, readAuthorize } from './authorize.ts'
import type { IdState } from './state.ts'

/**
 * `GET /authorize` in a browser: a page with a button for every user. The buttons lead to the same address with `fake_login` (and
 * `fake_consent=deny`), which redirects.
 */
export async function authorizePage(state: IdState, call: Call): Promise<Answer> {
  const outcome = readAuthorize(state, call.params)
  if (outcome.kind === 'page') return idError(outcome.status, outcome.message)
  if (outcome.kind === 'redirect') return redirect(outcome.location)
  const { request } = outcome
  if (call.params.get('fake_consent') === 'deny') return redirect(denied(request))
  const login = call.params.get('fake_login')
  if (login === null) return page(state, call, request)
  const user = state.users.byLogin(login)
  return user === undefined ? idError(400, 'invalid user') : redirect(await allowed(state, request, user))
}

function redirect(location: string): Answer {
  return { status: 302, headers: { location }, body: '' }
}

function page(state: IdState, call: Call, { app, scopes }: AuthorizeRequest): Answer {
  const link = (extra: Record<string, string>) => {
    const query = new URLSearchParams(call.params)
    for (const [name, value] of Object.entries(extra)) query.set(name, value)
    return `?${query}`.replaceAll('&', '&amp;')
  }
  const buttons = state.users
    .all()
    .map(({ login }) => `<a data-keyring="allow" href="${link({ fake_login: login })}">Authorize as ${login}</a>`)
  const body = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fake Twitch</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 10vh auto; padding: 0 1rem; background: #18181b; color: #efeff1 }
  a { display: block; margin: .5rem 0; padding: .6rem 1rem; border-radius: .4rem; background: #772ce8; color: #fff; text-decoration: none }
  a[data-keyring=deny] { background: #3a3a3d }
</style>
<h1>${escapeHtml(app.name)} wants to access your account</h1>
<ul>${scopes.map((scope) => `<li><code>${scope}</code></li>`).join('')}</ul>
${buttons.join('\n')}
<a data-keyring="deny" href="${link({ fake_consent: 'deny' })}">Cancel</a>
</html>`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
