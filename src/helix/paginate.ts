import { NetworkError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'

/**
 * The items of all pages, one page ahead of whoever takes them. Leaving the loop ends the request under way.
 *
 * @param getPage Asks for the page after a cursor.
 * @throws {NetworkError} A cursor came back a second time, or an answer is no page.
 */
export async function* paginate<Item>(
  getPage: (after: string | undefined, signal: AbortSignal) => Promise<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>()
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const ask = (after?: string) => {
    const page = getPage(after, controller.signal)
    // Whoever takes the items gets the error when it is their turn; until then nobody listens.
    page.catch(() => {})
    return page
  }
  try {
    for (let next: Promise<unknown> | undefined = ask(); next !== undefined; ) {
      const page: unknown = await next
      const { items, cursor } = readPage<Item>(page)
      if (cursor && seen.has(cursor)) {
        throw new NetworkError('Twitch gave the same cursor twice: the list would never end.')
      }
      if (cursor) seen.add(cursor)
      next = cursor ? ask(cursor) : undefined
      for (const item of items) {
        signal?.throwIfAborted()
        yield item
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    controller.abort()
  }
}

/** A schedule keeps its items, and perhaps its cursor, one step further in. */
function readPage<Item>(answer: unknown): { items: readonly Item[]; cursor: string | undefined } {
  const { data, pagination } = asObject(answer)
  const schedule = asObject(data)
  const items = Array.isArray(data) ? data : schedule['segments']
  if (!Array.isArray(items) && items !== null) throw new NetworkError('The answer is no page of a list.')
  const cursor = asObject(pagination)['cursor'] ?? asObject(schedule['pagination'])['cursor']
  return { items: (items ?? []) as Item[], cursor: asString(cursor) }
}
