import { inspect } from 'node:util'

/** No two of them, and no other text of the tests, begin alike. */
export const SECRETS = {
  accessToken: 'q1access0token7of4nobody2at8all',
  otherToken: 'w2nother0access7token4of2nobody',
  refreshToken: 'r3fresh/%token=of+nobody/at%all==',
  clientSecret: 's4client0secret7of4no2app8at3all',
  code: 'c5authorization0code7of4nobody',
  deviceCode: 'D6eviceCode0Of7Nobody4At2All8Xy',
  state: 'f7state0of7no4signin2at8all3here',
  nonce: 'n8once0of7no4signin2at8all3here0',
  idToken: 'eyJhbGciOiJSUzI1NiJ9.i9dtokenpayload0of7nobody.sig0nature7of4nobody',
  extensionSecret: btoa('x0extensionsecret0of7nobody4at32'),
  extensionJwt: 'eyJhbGciOiJIUzI1NiJ9.e1xtensionjwt0of7nobody.j2signature0of7nobody',
  helixToken: 'eyJhbGciOiJIUzI1NiJ9.h3elixtoken0of7nobody.k4signature0of7nobody',
} as const

/** The header of a JWT is the same for all: what comes after it is secret. */
function secretParts(secret: string): string[] {
  return secret.startsWith('eyJ') ? secret.split('.').slice(1) : [secret]
}

/** Every spelling under which a secret could be read, by whoever looks. */
export function spellings(secret: string): string[] {
  return secretParts(secret).flatMap((part) => {
    const encoded = encodeURIComponent(part)
    return [part, part.slice(0, 8), encoded, encoded.slice(0, 8), encodeURIComponent(encoded), ...base64(part)]
  })
}

/** Wherever in a longer text it stands, one of the three is in the base64 of that text. */
function base64(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = btoa('x'.repeat(before) + text)
    const own = whole.slice(before === 0 ? 0 : before + 1, -4)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/** The names of the secrets that can be read in a text. */
export function leaksIn(text: string, secrets: Readonly<Record<string, string>> = SECRETS): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name)
}

/** All that printing, logging or sending a value would show of it, causes included. */
export function shown(value: unknown): string {
  const seen: string[] = []
  for (let next = value; next !== undefined; next = next instanceof Error ? next.cause : undefined) {
    seen.push(String(next), inspect(next, { depth: 12, showHidden: true, getters: false }), json(next))
    if (next instanceof Error) seen.push(next.message, String(next.stack), json({ ...next, name: next.name }))
  }
  return seen.join('\n')
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch (error) {
    return String(error)
  }
}
