import type { Host } from './faults.ts'

/** A request as the servers of the fake see it. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly host: Exclude<Host, 'irc'>
  /** Below the endpoint, such as `/token`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Query parameters, and those of a form body. */
  readonly params: URLSearchParams
  /** Empty for a form body. */
  readonly text: string
}

/** An answer of the servers of the fake. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const JSON_HEADERS = { 'content-type': 'application/json' } as const

export function json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return {
    status,
    headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(body),
  }
}

/** The last one of a name, for the log and for faults. */
export function lastOfEach(params: URLSearchParams): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, value] of params) all[name] = value
  return all
}

/** Whether the body holds parameters, by its content type, as Go's `ParseForm` decides it. */
export function isForm(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false
}

export function isMultipart(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith('multipart/form-data') ?? false
}
