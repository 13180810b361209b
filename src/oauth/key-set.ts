import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { NetworkError } from '../errors.ts'
import { resolveHttpPlatform } from '../internal/http-platform.ts'
import { type RequestOptions, send } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'
import { TIMED_OUT, waitFor } from '../internal/wait.ts'

/** Keys that were taken back must not live on here, in milliseconds. */
const KEEP_FOR = 600_000

/** However many made-up key ids come, the keys are fetched no more often, in milliseconds. */
const COOL_DOWN = 1_000

/** Keys as they came, and which fetch brought them. */
interface Fetched {
  readonly keys: JWTVerifyGetKey
  readonly number: number
  /** Epoch milliseconds. */
  readonly at: number
}

/**
 * The keys behind an address: fetched once, and again for a key id that is not among them. That one is unknown is only
 * said after a fetch that began later than the question: whoever asks within the cool-down waits for its end.
 *
 * @param url Its answer is a JWK set.
 * @returns Finds the key of a token. The request is made with the options of whoever needs it.
 */
export function createKeySet(url: string): (options: RequestOptions) => JWTVerifyGetKey {
  let fetched: Fetched | undefined
  let fetching: Promise<unknown> | undefined
  let begun = 0
  let begunAt = 0

  async function refetch(options: RequestOptions): Promise<void> {
    begun += 1
    const number = begun
    begunAt = resolveHttpPlatform(options).now()
    const mine = fetchKeys(url, options)
    fetching = mine
    try {
      const keys = await mine
      if (number > (fetched?.number ?? 0)) fetched = { keys, number, at: begunAt }
    } finally {
      if (fetching === mine) fetching = undefined
    }
  }

  return (options) => async (header, token) => {
    const platform = resolveHttpPlatform(options)
    const before = begun
    for (;;) {
      if (fetched !== undefined && platform.now() - fetched.at < KEEP_FOR) {
        try {
          return await fetched.keys(header, token)
        } catch (error) {
          if (!(error instanceof errors.JWKSNoMatchingKey) || fetched.number > before) throw error
        }
      }
      const seen = begun
      const left = Math.min(begunAt + COOL_DOWN - platform.now(), COOL_DOWN)
      // Another's fetch is waited for no longer: in a Worker, one whose request is gone never ends.
      const isCool =
        begun === 0 || left <= 0 || (await waitFor(fetching ?? new Promise(() => {}), left, platform)) === TIMED_OUT
      if (isCool && begun === seen) await refetch(options)
    }
  }
}

async function fetchKeys(url: string, options: RequestOptions): Promise<JWTVerifyGetKey> {
  // No header of its own: id.twitch.tv would refuse a preflight.
  const { status, headers, body } = await send('Fetching the keys of Twitch', url, {}, options)
  try {
    if (status === 200) return createLocalJWKSet(body as JSONWebKeySet)
  } catch {
    // It is no JWK set.
  }
  throw new NetworkError('The keys of Twitch could not be fetched: the id token may well be good; try later.', {
    status,
    retryAt: readRetryAt(headers, resolveHttpPlatform(options).now()),
  })
}
