/**
 * What a redirect from Twitch brought, in Twitch's names. Compare `state` before anything else is done with it.
 * The scopes in an address may be encoded twice: take them from the token.
 */
export type Callback =
  | { readonly type: 'token'; readonly access_token: string; readonly id_token?: string; readonly state?: string }
  | { readonly type: 'code'; readonly code: string; readonly id_token?: string; readonly state?: string }
  | { readonly type: 'id_token'; readonly id_token: string; readonly state?: string }
  | { readonly type: 'error'; readonly error: string; readonly error_description?: string; readonly state?: string }

const OURS = ['access_token', 'code', 'error', 'error_description', 'id_token', 'scope', 'state', 'token_type'] as const
type Parameter = (typeof OURS)[number]

/**
 * Reads the address a redirect ended at: its fragment (tokens) and its query (codes and refusals).
 *
 * @returns `undefined` when the address is no answer of Twitch. One with a parameter twice is an `error`, whatever it says.
 * @throws {TypeError} It is no address.
 */
export function readCallback(url: string | URL): Callback | undefined {
  const { hash, search } = parseAddress(url)
  const found = new Map<Parameter, string>()
  let twice = false
  for (const part of [new URLSearchParams(hash.slice(1)), new URLSearchParams(search)]) {
    for (const name of OURS) {
      const [value, ...more] = part.getAll(name).filter((value) => value !== '')
      if (value === undefined) continue
      twice ||= more.length > 0 || found.has(name)
      found.set(name, value)
    }
  }
  const state = found.get('state')
  const id_token = found.get('id_token')
  const error = found.get('error')
  const access_token = found.get('access_token')
  const code = found.get('code')
  const rest = { ...(id_token !== undefined && { id_token }), ...(state !== undefined && { state }) }

  const answers = [error, access_token, code, id_token].some((value) => value !== undefined)
  if (!answers) return undefined
  if (twice || (access_token !== undefined && code !== undefined)) {
    return { type: 'error', error: 'invalid_response', error_description: 'A parameter came twice.' }
  }
  if (error !== undefined) {
    const error_description = found.get('error_description')
    return {
      type: 'error',
      error,
      ...(error_description !== undefined && { error_description }),
      ...(state !== undefined && { state }),
    }
  }
  if (access_token !== undefined) return { type: 'token', access_token, ...rest }
  if (code !== undefined) return { type: 'code', code, ...rest }
  return { type: 'id_token', id_token: id_token as string, ...(state !== undefined && { state }) }
}

/**
 * The address without anything of Twitch's answer, for `history.replaceState`. What else it holds stays.
 *
 * @throws {TypeError} It is no address.
 */
export function withoutCallback(url: string | URL): string {
  const clean = parseAddress(url)
  const fragment = new URLSearchParams(clean.hash.slice(1))
  const inFragment = OURS.some((name) => fragment.has(name))
  for (const name of OURS) {
    // Even a deletion of nothing would encode the rest anew.
    if (clean.searchParams.has(name)) clean.searchParams.delete(name)
    fragment.delete(name)
  }
  if (inFragment) clean.hash = fragment.toString()
  return clean.href
}

/** @throws {TypeError} Without the address, which may hold a code or a token: the platform's own error repeats it. */
export function parseAddress(url: string | URL, base?: string | undefined): URL {
  if (!URL.canParse(url, base)) throw new TypeError('The address that Twitch sent the browser back to cannot be read.')
  return new URL(url, base)
}
