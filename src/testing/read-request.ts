import { type Call, isForm, isMultipart } from './http.ts'
import type { Route } from './routes.ts'

type Find = (url: URL) => Route | undefined

/** Takes everything it needs before the first `await`, where the body allows it. `undefined`: nobody lives there. */
export function readRequest(
  input: RequestInfo | URL,
  init: RequestInit,
  find: Find,
): Call | undefined | Promise<Call | undefined> {
  const { body } = init
  const simple =
    !(input instanceof Request) &&
    (body === undefined ||
      body === null ||
      typeof body === 'string' ||
      body instanceof URLSearchParams ||
      body instanceof FormData)
  if (!simple) return readSlowly(new Request(input, init), find)

  const url = new URL(input)
  const route = find(url)
  if (route === undefined) return undefined
  const method = (init.method ?? 'GET').toUpperCase()
  const hasBody = body !== undefined && body !== null
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError('Request with GET/HEAD method cannot have body.')
  }
  const headers = headersOf(new Headers(init.headers))
  const type = headers['content-type']
  if (!hasBody) return call(method, url, route, headers, [], '')
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain;charset=UTF-8'
    return isForm(type)
      ? call(method, url, route, headers, new URLSearchParams(body), '')
      : call(method, url, route, headers, [], body)
  }
  if (body instanceof URLSearchParams) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8'
    return call(method, url, route, headers, isForm(headers['content-type']) ? body : [], body.toString())
  }
  headers['content-type'] ??= 'multipart/form-data; boundary=----fake'
  return call(method, url, route, headers, textFields(body as FormData), '')
}

async function readSlowly(request: Request, find: Find): Promise<Call | undefined> {
  const url = new URL(request.url)
  const route = find(url)
  if (route === undefined) return undefined
  const headers = headersOf(request.headers)
  const type = headers['content-type']
  const { method } = request
  if (isMultipart(type)) return call(method, url, route, headers, textFields(await request.formData()), '')
  const text = await request.text()
  return isForm(type)
    ? call(method, url, route, headers, new URLSearchParams(text), '')
    : call(method, url, route, headers, [], text)
}

function call(
  method: string,
  url: URL,
  route: Route,
  headers: Readonly<Record<string, string>>,
  form: Iterable<readonly [string, string]>,
  text: string,
): Call {
  const params = new URLSearchParams(url.search)
  for (const [name, value] of form) params.append(name, value)
  return { method, url, host: route.host, path: route.path, headers, params, text }
}

function headersOf(headers: Headers): Record<string, string> {
  const all: Record<string, string> = {}
  headers.forEach((value, name) => {
    // Not every DOM in memory spells them in lower case by itself.
    all[name.toLowerCase()] = value
  })
  return all
}

function textFields(form: FormData): [string, string][] {
  const fields: [string, string][] = []
  form.forEach((value, name) => {
    if (typeof value === 'string') fields.push([name, value])
  })
  return fields
}
