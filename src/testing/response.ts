import type { Answer } from './http.ts'
import type { Delivery } from './serve.ts'

export interface BodyHooks {
  /** Called once nothing can fail any more. */
  readonly end: () => void
  /** Is given what makes the body fail. */
  readonly failWith: (handler: (reason: unknown) => void) => void
}

/** The body as a stream that is read on demand, so that it can still fail while it is read. */
export function bodyOf(
  delivery: Extract<Delivery, { answer: Answer }>,
  lost: () => Error,
  hooks?: BodyHooks,
): ReadableStream<Uint8Array> | null {
  const { body } = delivery.answer
  const ending = delivery.kind === 'part' ? delivery.ending : 'close'
  if (ending === 'close' && body === '') return null
  let sent = false
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        hooks?.failWith((reason) => controller.error(reason))
      },
      pull(controller): Promise<void> | undefined {
        if (!sent) {
          sent = true
          controller.enqueue(new TextEncoder().encode(body))
          if (ending === 'break') return undefined
        }
        if (ending === 'stall') return new Promise(() => {})
        hooks?.end()
        if (ending === 'close') controller.close()
        else controller.error(lost())
        return undefined
      },
      cancel() {
        hooks?.end()
      },
    },
    { highWaterMark: 0 },
  )
}

export function responseOf(
  answer: Answer,
  body: ReadableStream<Uint8Array> | null,
  hidden: readonly string[] = [],
): Response {
  let { headers } = answer
  if (hidden.length > 0) {
    headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !hidden.includes(name)))
  }
  return new Response(body, { status: answer.status, headers })
}

/**
 * Some browsers read a stream of a script in tasks of their own, and put an error of theirs in place of its own. Here every reading ends
 * in the turn in which the body ends, and fails as a real one would.
 */
export function readInTurn(response: Response, url: URL): Response {
  const text = () => readText(response)
  const json = async () => JSON.parse(await readText(response))
  return Object.defineProperties(response, {
    url: { value: url.href },
    text: { value: text },
    json: { value: json },
  })
}

async function readText({ body, bodyUsed }: Response): Promise<string> {
  if (body === null) return ''
  if (bodyUsed || body.locked) throw new TypeError('The body has been read already.')
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}
