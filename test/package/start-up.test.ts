import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { expect, test } from 'vitest'
import { bundleWorker } from '../../examples-web/worker/demo.mjs'
import { bundle } from './bundle.ts'
import { pkg } from './entries.ts'

/** Evaluated first: from then on, whatever of the place is touched is written down. */
const TRAP = `
const harmless = new Set(['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget', 'Headers', 'TextDecoder',
  'TextEncoder', 'URL', 'URLSearchParams', 'globalThis'])
const touched = new Set()
const language = new Set(['Object', 'Function', 'Array', 'Number', 'parseFloat', 'parseInt', 'Infinity', 'NaN', 'undefined',
  'Boolean', 'String', 'Symbol', 'Promise', 'RegExp', 'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError',
  'SyntaxError', 'TypeError', 'URIError', 'JSON', 'Math', 'Intl', 'ArrayBuffer', 'Uint8Array', 'Int8Array', 'Uint16Array',
  'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Uint8ClampedArray', 'BigUint64Array',
  'BigInt64Array', 'DataView', 'Map', 'BigInt', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Proxy', 'Reflect',
  'decodeURIComponent', 'encodeURIComponent', 'decodeURI', 'encodeURI', 'Iterator'])
const restore = []
const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf } = Object
function watch(target, name, label) {
  const before = getOwnPropertyDescriptor(target, name)
  defineProperty(target, name, {
    configurable: true,
    get() {
      touched.add(label)
      return before?.get ? before.get.call(this) : before?.value
    },
  })
  restore.push(() => (before === undefined ? delete target[name] : defineProperty(target, name, before)))
}
watch(Math, 'random', 'Math.random')
for (let at = globalThis; at !== null && at !== Object.prototype; at = getPrototypeOf(at)) {
  for (const name of getOwnPropertyNames(at)) {
    const isFixed = getOwnPropertyDescriptor(at, name).configurable === false
    if (!isFixed && !language.has(name) && !harmless.has(name) && name !== 'constructor') watch(at, name, name)
  }
}
export function disarm() {
  for (const put of restore.splice(0)) put()
  return [...touched]
}
export const trapped = restore.length
`

const entry = (classes: readonly string[]) => `
import { disarm, trapped } from './trap.js'
import * as worker from './worker.js'
const touched = disarm()
export const { ${classes.join(', ')} } = worker
export default { fetch: () => Response.json({ touched, trapped, exports: Object.keys(worker) }) }
`

interface Seen {
  /** What the module touched while it was imported. */
  readonly touched: readonly string[]
  readonly trapped: number
  readonly exports: readonly string[]
}

/** Imports a module in workerd as a Worker starts: before any request. */
async function importInWorkerd(code: string, classes: readonly string[] = []): Promise<Seen> {
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: Object.entries({ 'entry.js': entry(classes), 'trap.js': TRAP, 'worker.js': code }).map(
        ([path, contents]) => ({
          type: 'ESModule' as const,
          path,
          contents,
        }),
      ),
      compatibilityDate: '2026-10-01',
      durableObjects: Object.fromEntries(classes.map((className) => [className, { className, useSQLite: true }])),
      outboundService: () => {
        throw new Error('Nothing is asked of anybody.')
      },
    }),
  )
  try {
    return (await (await worker.dispatchFetch('http://worker.example/')).json()) as Seen
  } finally {
    await worker.dispose()
  }
}

/** jose asks for the user agent when it is imported, in order to know whether it may set that header. */
const ofJose = ['navigator']

test('the example Worker touches nothing of workerd when it starts', async () => {
  const code = await bundleWorker()
  // Not `env`, by which storage could be reached.
  const imports = [...code.matchAll(/import\{([^}]*)\}from"([^"]*)"/g)].map(([, names, from]) => `${from} ${names}`)
  for (const line of imports) expect(line).toMatch(/^cloudflare:workers DurableObject as \w+$/)
  const { touched, exports } = await importInWorkerd(code, ['TokenVault', 'OverlayKeys', 'ChatRelay'])
  expect(touched.filter((name) => !ofJose.includes(name))).toEqual([])
  expect(exports).toEqual(expect.arrayContaining(['TokenVault', 'OverlayKeys', 'ChatRelay', 'default']))
})

test(`${pkg.name}/cloudflare touches nothing of workerd when it is imported`, async () => {
  const { touched, trapped } = await importInWorkerd(await bundle(`export * from '${pkg.name}/cloudflare'`))
  expect(touched).toEqual([])
  expect(trapped).toBeGreaterThan(100)
})

test.each([
  ['setTimeout', 'export const wait = setTimeout'],
  ['fetch', 'export const ask = globalThis.fetch'],
  ['crypto', 'export const { subtle } = crypto'],
  ['caches', 'export const cache = caches'],
  ['WebSocketPair', 'export class Pair extends WebSocketPair {}'],
  ['Math.random', 'export const { random } = Math'],
  ['Date', 'export const at = Date.now()'],
])('a Worker that touches %s when it starts is seen', async (name, code) => {
  expect((await importInWorkerd(code)).touched).toEqual([name])
})
