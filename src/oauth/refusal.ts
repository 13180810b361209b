import { ConfigurationError, NetworkError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'
import type { Answer, RequestOptions } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'

/** What the app's owner has to do, by what Twitch's `message` (lower case) says. The first match counts. */
const CONFIGURATION: readonly (readonly [said: RegExp, advice: string])[] = [
  [
    /missing client[ _]secret/,
    'This client id is registered as Confidential: on a server, give its client secret; in a page, register an app of client type Public and use its client id.',
  ],
  [
    /client[ _]secret|invalid client credentials/,
    'The client secret does not belong to this client id: copy it again from https://dev.twitch.tv/console/apps, or make a new one there. An app of client type Public has none.',
  ],
  [/missing client[ _]id/, 'No client id reached Twitch: copy it from https://dev.twitch.tv/console/apps.'],
  [
    /^invalid client([ _]id)?$|client does not exist/,
    'Twitch does not know this client id: copy it again from https://dev.twitch.tv/console/apps.',
  ],
  [
    /redirect[ _]?(uri|mismatch)|does not match registered uri/,
    'The redirect URI must be one of those registered for the app at https://dev.twitch.tv/console/apps, byte for byte, the slash at the end included.',
  ],
  [/invalid[ _]scope/, 'Twitch does not know one of the scopes that were asked for.'],
  [
    /unauthorized[ _]client|(client|grant).*not (allowed|permitted|authorized|supported)|unsupported[ _](grant|response)/,
    'This app may not sign in this way: an app of client type Public can use the device code flow only, any other needs Confidential.',
  ],
]

/** Twitch's own words in lower case, where the answer is a JSON refusal (400, 401, 403 or 404). */
export function readRefusal({ status, body }: Answer): string | undefined {
  if (status !== 400 && status !== 401 && status !== 403 && status !== 404) return undefined
  return asString(asObject(body)['message'])?.trim().toLowerCase()
}

/** What to do, when the refusal is about the app and not about a token. */
export function readConfigurationProblem(refusal: string | undefined): string | undefined {
  if (refusal === undefined) return undefined
  return CONFIGURATION.find(([said]) => said.test(refusal))?.[1]
}

/**
 * The error for an answer that said nothing about the token, the code or the user.
 *
 * @param request What was asked, as the start of a sentence: `Renewing a token`.
 */
export function failure(request: string, answer: Answer, options: RequestOptions): ConfigurationError | NetworkError {
  const advice = readConfigurationProblem(readRefusal(answer))
  if (advice !== undefined) return new ConfigurationError(advice)
  const { status, headers } = answer
  const retryAt = readRetryAt(headers, (options.now ?? Date.now)())
  if (status === 200) {
    return new NetworkError(`${request} failed: Twitch agreed, but its answer cannot be read.`, { status, retryAt })
  }
  const what = status === 429 ? 'Twitch asks to slow down' : `the answer (HTTP ${status}) cannot be used`
  return new NetworkError(`${request} failed: ${what}. Nothing is lost; try later.`, { status, retryAt })
}
