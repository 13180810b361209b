import { type Answer, type Call, json } from '../http.ts'
import { ALPHANUMERIC, UPPER } from '../random.ts'
import type { FakeUser } from '../world.ts'
import { idError, readScopes, tokenAnswer } from './answers.ts'
import type { FakeApp } from './apps.ts'
import type { IdState } from './state.ts'

/** A device that waits, or waited, for its user. */
export interface DeviceRequest {
  readonly deviceCode: string
  readonly userCode: string
  readonly app: FakeApp
  readonly scopes: readonly string[]
  /** Epoch milliseconds. */
  readonly expiresAt: number
  state: 'pending' | 'allowed' | 'denied' | 'used'
  user: FakeUser | undefined
  polls: number
  polledAt: number | undefined
}

/** `POST /device` */
export function device(state: IdState, call: Call): Answer {
  const { params } = call
  const { switches, clock, random } = state
  const clientId = params.get('client_id')
  if (!clientId) return idError(400, 'missing client id')
  const app = state.apps.byId(clientId)
  if (app === undefined) return idError(400, 'invalid client')
  const scopes = readScopes(params.get('scopes') ?? '')
  if (scopes === undefined) return idError(400, 'invalid scope')

  const entry: DeviceRequest = {
    deviceCode: random.string(ALPHANUMERIC, 40),
    userCode: random.string(UPPER, 8),
    app,
    scopes,
    expiresAt: clock.now() + switches.deviceCodeLifetime * 1000,
    state: 'pending',
    user: undefined,
    polls: 0,
    polledAt: undefined,
  }
  state.deviceCodes.set(entry.deviceCode, entry)
  state.userCodes.set(entry.userCode, entry)
  return json(200, {
    device_code: entry.deviceCode,
    expires_in: switches.deviceCodeLifetime,
    interval: switches.deviceCodeInterval,
    user_code: entry.userCode,
    verification_uri: verificationUri(state, app, entry.userCode),
  })
}

function verificationUri(state: IdState, app: FakeApp, userCode: string): string {
  const query = `${app.clientType === 'public' ? 'public=true&' : ''}device-code=${userCode}`
  return `${state.verificationUri}${state.verificationUri.includes('?') ? '&' : '?'}${query}`
}

/** `grant_type=urn:ietf:params:oauth:grant-type:device_code`. No secret is needed, whatever the client type. */
export function exchangeDeviceCode(state: IdState, app: FakeApp, params: URLSearchParams): Answer {
  const { switches, tokens, clock } = state
  const deviceCode = params.get('device_code')
  if (!deviceCode) return idError(400, 'missing device_code')
  const entry = state.deviceCodes.get(deviceCode)
  const now = clock.now()
  if (entry === undefined || entry.app !== app || entry.state === 'used' || entry.expiresAt <= now) {
    return idError(400, 'invalid device code')
  }
  if (entry.polls++ < switches.earlyInvalidDeviceCode) return idError(400, 'invalid device code')
  const { polledAt } = entry
  entry.polledAt = now
  if (switches.slowDown && polledAt !== undefined && now - polledAt < switches.deviceCodeInterval * 1000) {
    return idError(400, 'slow_down')
  }
  if (entry.state === 'denied') return idError(400, 'access_denied')
  if (entry.state === 'pending' || entry.user === undefined) return idError(400, 'authorization_pending')

  const grant = tokens.grantOf(app, entry.user)
  const minted = tokens.mintForUser(app, grant, { flow: 'device', scopes: entry.scopes })
  if (minted === undefined) return idError(400, 'too many access tokens')
  entry.state = 'used'
  return tokenAnswer(minted, switches)
}
