import { type Answer, json } from '../http.ts'
import {
  amount,
  anything,
  callback,
  check,
  flag,
  listOf,
  method,
  needed,
  path,
  recordOf,
  type Shape,
  status,
  text,
} from '../shape.ts'
import type { TokenOwner } from '../world.ts'

/** A request that Helix has let in: its token and client id are good. */
export interface HelixRequest {
  readonly method: string
  /** Below the endpoint, such as `/users`. */
  readonly path: string
  readonly query: URLSearchParams
  /** The parsed JSON body; `undefined` when there is none, or it is no JSON. */
  readonly body: unknown
  /** Whose token it is. An app token has no `user`. */
  readonly owner: TokenOwner
}

/** What Helix says to one request. */
export interface HelixReply {
  /** Default 200. */
  readonly status?: number | undefined
  /** Sent as JSON. Left out: an empty body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type HelixAnswerer = (request: HelixRequest) => HelixReply | Promise<HelixReply>

/** What Helix checks before it answers. */
export interface HelixRules {
  /** Any one of these scopes must be there. */
  readonly scopes?: readonly string[] | undefined
  /** Query parameter that must be the user of the token, such as `broadcaster_id`. */
  readonly self?: string | undefined
  /** Whether app tokens may ask. Default: when `scopes` and `self` are left out. */
  readonly app?: boolean | undefined
  /** Points of the rate limit. Default 1. */
  readonly cost?: number | undefined
}

const ANSWERER: Shape<object> = { method: needed(method), path: needed(path), answerer: needed(callback) }
const RULES: Shape<HelixRules> = { scopes: listOf(text), self: text, app: flag, cost: amount }
const REPLY: Shape<HelixReply> = { status, body: anything, headers: recordOf(text) }

/** @throws {TypeError} No request could ever come to it, or there is no such rule. */
export function checkAnswerer(method: string, path: string, answerer: HelixAnswerer, rules: HelixRules): void {
  check('helix.answer()', { method, path, answerer }, ANSWERER)
  check('The last argument of helix.answer()', rules, RULES)
}

export function checkReply(reply: HelixReply): HelixReply {
  check('What the function of helix.answer() gives', reply, REPLY)
  return reply
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** `{"error":"Unauthorized","status":401,"message":"Invalid OAuth token"}` */
export function helixError(status: number, message: string): HelixReply {
  return { status, body: { error: REASONS[status] ?? '', status, message } }
}

export function missingParameter(name: string): HelixReply {
  return helixError(400, `Missing required parameter "${name}"`)
}

export function notTheSameUser(parameter: string): HelixReply {
  const message = `The ID in ${parameter} must match the user ID found in the request's OAuth token.`
  return helixError(401, message)
}

export function toAnswer(reply: HelixReply, headers: Readonly<Record<string, string>>): Answer {
  const { status = 200, body } = reply
  const all = reply.headers === undefined ? headers : { ...headers, ...reply.headers }
  return body === undefined ? { status, headers: all, body: '' } : json(status, body, all)
}
