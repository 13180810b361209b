import { amount, anything, check, recordOf, type Shape } from '../shape.ts'
import { type HelixReply, type HelixRequest, helixError } from './request.ts'

interface PageOptions {
  /** Default 20. */
  readonly usual?: number | undefined
  /** Default 100. */
  readonly most?: number | undefined
  /** Sent beside `data`, such as `{ total: 8 }`. */
  readonly beside?: Readonly<Record<string, unknown>> | undefined
}

const OPTIONS: Shape<PageOptions> = { usual: amount, most: amount, beside: recordOf(anything) }

/**
 * The page of a list that `first`, `after` and `before` ask for: `{ data, pagination: { cursor } }`. The last page has an empty
 * `pagination`.
 */
export function page(
  items: readonly unknown[],
  request: Pick<HelixRequest, 'query'>,
  options: PageOptions = {},
): HelixReply {
  check('helixPage()', options, OPTIONS)
  const { usual = 20, most = 100, beside } = options
  const { query } = request
  const first = query.has('first') ? Number(query.get('first')) : usual
  if (!Number.isInteger(first) || first < 1 || first > most) {
    return helixError(400, `The parameter "first" was malformed: the value must be from 1 to ${most}`)
  }
  const after = query.get('after')
  const before = query.get('before')
  const mark = after || before ? readCursor(after || before || '') : 0
  if (mark === undefined) return helixError(400, 'Invalid cursor.')
  const start = after ? mark : before ? Math.max(0, mark - first) : 0
  const end = before && !after ? mark : start + first
  const pagination = end < items.length ? { cursor: writeCursor(end) } : {}
  return { body: { ...beside, data: items.slice(start, end), pagination } }
}

function writeCursor(offset: number): string {
  return btoa(JSON.stringify({ b: null, a: { Offset: offset } }))
}

function readCursor(cursor: string): number | undefined {
  try {
    const offset: unknown = JSON.parse(atob(cursor)).a.Offset
    return Number.isInteger(offset) ? (offset as number) : undefined
  } catch {
    return undefined
  }
}
