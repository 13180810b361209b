import type { Consent, FakeId, IssueOptions } from '../id.ts'
import { amount, check, flag, guard, listOf, needed, noSuch, type Shape, text } from '../shape.ts'
import { userOf } from '../users.ts'
import type { FakeApp } from './apps.ts'
import { allowed, denied, readAuthorize } from './authorize.ts'
import type { DeviceRequest } from './device.ts'
import type { AccessTokenEntry } from './grants.ts'
import type { IdState } from './state.ts'
import { SWITCHES } from './switches.ts'

const ISSUE: Shape<IssueOptions> = {
  clientId: needed(text),
  login: needed(text),
  scopes: listOf(text),
  expiresIn: amount,
  accessToken: text,
  refreshToken: text,
}

const CONSENT: Shape<Consent> = { login: needed(text), consent: flag }

export function createHands(state: IdState, held: <T>(work: Promise<T>) => Promise<T>): FakeId {
  const { apps, clock, switches, tokens } = state
  const user = (login: string) => userOf(state.users, login)

  function app(clientId: string): FakeApp {
    const found = apps.byId(clientId)
    if (found !== undefined) return found
    throw noSuch(
      'app',
      clientId,
      apps.all().map((app) => app.clientId),
    )
  }

  function pendingCode(userCode: string): DeviceRequest {
    const entry = state.userCodes.get(userCode)
    if (entry === undefined || entry.expiresAt <= clock.now()) throw new TypeError(`No device waits for ${userCode}.`)
    if (entry.state !== 'pending') throw new TypeError(`The code ${userCode} is ${entry.state} already.`)
    return entry
  }

  function expire(entry: AccessTokenEntry): void {
    if (tokens.isAlive(entry)) entry.expiresAt = clock.now()
  }

  async function authorize(url: string | URL, login: string, consent: boolean): Promise<string> {
    const { searchParams } = new URL(url)
    const outcome = readAuthorize(state, searchParams)
    switch (outcome.kind) {
      case 'page':
        throw new TypeError(`Twitch shows an error page: ${outcome.status} ${outcome.message}`)
      case 'redirect':
        return outcome.location
      case 'ask':
        return consent ? allowed(state, outcome.request, user(login)) : denied(outcome.request)
    }
  }

  return {
    switches: guard('switches', switches, SWITCHES),
    addApp: (options) => apps.add(options),
    allow(userCode, login) {
      const entry = pendingCode(userCode)
      entry.user = user(login)
      entry.state = 'allowed'
    },
    deny(userCode) {
      pendingCode(userCode).state = 'denied'
    },
    authorize(url, options) {
      check('The consent of authorize()', options, CONSENT)
      const { login, consent = true } = options
      return held(authorize(url, login, consent))
    },
    issue(options) {
      check('issue()', options, ISSUE)
      const { clientId, login, scopes = [], expiresIn, accessToken, refreshToken } = options
      const owner = app(clientId)
      const flow = owner.clientType === 'public' ? 'device' : 'code'
      const mint = { flow, scopes: [...new Set(scopes)], lifetime: expiresIn, accessToken, refreshToken } as const
      const minted = tokens.mintForUser(owner, tokens.grantOf(owner, user(login)), mint)
      if (minted?.refreshToken === undefined) throw new TypeError(`${login} has too many access tokens.`)
      return {
        accessToken: minted.accessToken.value,
        refreshToken: minted.refreshToken.value,
        expiresIn: minted.expiresIn,
      }
    },
    issueAppToken(clientId) {
      const { accessToken, expiresIn } = tokens.mintForApp(app(clientId))
      return { accessToken: accessToken.value, expiresIn }
    },
    expire(value) {
      const entry = tokens.access.get(value)
      if (entry === undefined) throw new TypeError('There is no such access token.')
      expire(entry)
    },
    expireAll() {
      for (const entry of tokens.access.values()) expire(entry)
    },
    revoke(value) {
      const entry = tokens.access.get(value)
      if (entry === undefined) throw new TypeError('There is no such access token.')
      tokens.kill(entry)
    },
    disconnect(login, clientId) {
      const { id } = user(login)
      for (const grant of tokens.grants) {
        if (grant.user.id === id && grant.clientId === clientId) tokens.end(grant, 'disconnected')
      }
    },
    changePassword(login) {
      const { id } = user(login)
      for (const grant of tokens.grants) if (grant.user.id === id) tokens.end(grant, 'password-changed')
    },
    rotateKeys: () => state.keys.rotate(),
    grants: () => tokens.grants,
    accessToken: (value) => tokens.access.get(value),
    refreshToken: (value) => tokens.refresh.get(value),
    refreshTokens: () => [...tokens.refresh.values()],
    isAlive(value) {
      const access = tokens.access.get(value)
      if (access !== undefined) return tokens.isAlive(access)
      const refresh = tokens.refresh.get(value)
      return refresh !== undefined && tokens.mayRenew(refresh)
    },
    spends: (value) => tokens.refresh.get(value)?.spends ?? 0,
    deviceRequest: (userCode) => state.userCodes.get(userCode),
    deviceRequests: () => [...state.deviceCodes.values()],
  }
}
