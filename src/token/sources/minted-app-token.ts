import { ConfigurationError } from '../../errors.ts'
import { asNumber, asObject, asString } from '../../internal/json.ts'
import { requestAppToken } from '../../oauth/client-credentials.ts'
import type { StoredRecord } from '../../stores/token-store.ts'
import type { FindAppToken } from '../app-tokens.ts'
import type { Keyring } from '../keyring.ts'
import { issueToken } from '../token.ts'
import { expiryFrom } from '../validation.ts'

interface AppTokenRecord extends StoredRecord {
  readonly format: 1
  readonly accessToken: string
  /** Epoch milliseconds. `undefined`: never, or unknown. */
  readonly expiresAt?: number | undefined
}

/** Minted with the app's secret, and stored for all who share the store. */
export function mintedAppToken({ app, book, platform }: Keyring): FindAppToken {
  const key = `app:${book.clientId}`
  return async (vouch) => {
    for (;;) {
      const stored = await book.store.get(key)
      const record = readAppTokenRecord(stored)
      if (record !== undefined) {
        const token = issue(record)
        if ((await vouch(token, true)) !== undefined) return token
      }
      if (app?.clientSecret === undefined) {
        throw new ConfigurationError(
          "Only a confidential app with its client secret can have an app token: register one for your server, or use a user's token.",
        )
      }
      const { clientId, clientSecret } = app
      const answer = await requestAppToken({ clientId, clientSecret, ...platform })
      const next: AppTokenRecord = {
        version: (stored?.version ?? 0) + 1,
        format: 1,
        accessToken: answer.access_token,
        expiresAt: expiryFrom(answer.expires_in, platform.now()),
      }
      if (await book.store.replace(key, stored?.version, next)) return issue(next)
    }
  }
}

function issue({ accessToken, expiresAt }: AppTokenRecord) {
  return issueToken(accessToken, { kind: 'app', scopes: [], expiresAt })
}

function readAppTokenRecord(stored: StoredRecord | undefined): AppTokenRecord | undefined {
  const fields = asObject(stored)
  const accessToken = asString(fields['accessToken'])
  if (stored?.deleted || !accessToken) return undefined
  return { version: stored?.version ?? 0, format: 1, accessToken, expiresAt: asNumber(fields['expiresAt']) }
}
