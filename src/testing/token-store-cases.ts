import type { StoreConsistency, StoredRecord, TokenStore } from '../stores/token-store.ts'
import { check as checkOptions, flag, oneOf, type Shape } from './shape.ts'

/** One promise of {@link TokenStore}. Hand it to any test runner: `test(name, run)`. */
export interface TokenStoreCase {
  /** A fact, so that a failure reads as a false statement. */
  readonly name: string
  /** @throws {Error} The store does not keep the promise: one sentence that says how. */
  run(): Promise<void>
}

export interface TokenStoreCasesOptions {
  /**
   * What the store claims. Default `atomic`. Cases with writers of several handles at once run for `atomic` only; for
   * `eventual`, those of one handle and those that need the newest value are left out as well.
   */
  readonly consistency?: StoreConsistency | undefined
  /** Whether `create`, called twice with one name, gives two handles on the same data, as two tabs have. Default true. */
  readonly shared?: boolean | undefined
}

const OPTIONS: Shape<TokenStoreCasesOptions> = {
  consistency: oneOf('atomic', 'locked', 'racy', 'eventual'),
  shared: flag,
}

type Create = (name: string) => TokenStore | Promise<TokenStore>
type Body = (open: () => Promise<TokenStore>, openOther: () => Promise<TokenStore>) => Promise<void>

/**
 * What every {@link TokenStore} must pass.
 *
 * @throws {TypeError} There is no such option.
 * @param create Makes a handle on the store with this name (letters, digits and `-`; each case takes names of its own).
 * @example
 * for (const { name, run } of tokenStoreCases((name) => myStore(name))) test(name, run)
 */
export function tokenStoreCases(create: Create, options: TokenStoreCasesOptions = {}): readonly TokenStoreCase[] {
  if (typeof create !== 'function') throw new TypeError('tokenStoreCases() takes a function that makes a store.')
  checkOptions('tokenStoreCases()', options, OPTIONS)
  const { consistency = 'atomic', shared = true } = options
  const cases: TokenStoreCase[] = []

  function add(name: string, body: Body): void {
    cases.push({
      name,
      async run() {
        const own = `case-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
        await body(
          async () => create(own),
          async () => create(`${own}-other`),
        )
      },
    })
  }

  add('says what it is', async (open) => {
    const store = await open()
    check(typeof store.name === 'string' && store.name !== '', 'The store has no name.')
    check(typeof store.durable === 'boolean', 'The store does not say whether it is durable.')
    check(store.consistency === consistency, `The store calls itself ${store.consistency}, not ${consistency}.`)
  })

  add('reads undefined where nothing was written', async (open) => {
    const store = await open()
    check((await store.get('key')) === undefined, 'Something was read that nobody wrote.')
    equal(await store.keys(), [], 'An empty store has keys.')
  })

  add('keeps a first record', async (open) => {
    const store = await open()
    const record = pair(1)
    check((await store.replace('key', undefined, record)) === true, 'A first write was refused.')
    equal(await store.get('key'), record, 'What was read is not what was written.')
    equal(await store.keys(), ['key'], 'keys() does not list exactly what was written.')
  })

  add('refuses a first record where there is one', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1))
    check((await store.replace('key', undefined, pair(2))) === false, 'A second first write went through.')
    equal(await store.get('key'), pair(1), 'A refused write changed the record.')
  })

  add('replaces the version that was expected', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1))
    check((await store.replace('key', 1, pair(2))) === true, 'A write over the version that is there was refused.')
    equal(await store.get('key'), pair(2), 'What was read is not what was written last.')
  })

  add('refuses a writer whose version is old', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1))
    await store.replace('key', 1, pair(2))
    check((await store.replace('key', 1, pair(3))) === false, 'A writer with an old version won.')
    equal(await store.get('key'), pair(2), 'A refused write changed the record.')
  })

  add('refuses a version that was never there', async (open) => {
    const store = await open()
    check((await store.replace('key', 1, pair(2))) === false, 'A write over a version that is not there went through.')
    check((await store.get('key')) === undefined, 'A refused write left a record.')
    await store.replace('key', undefined, pair(1))
    check((await store.replace('key', 5, pair(6))) === false, 'A writer from the future won.')
  })

  add('lets versions jump', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1_000_000_000_000_000))
    check((await store.replace('key', 1_000_000_000_000_000, pair(1_000_000_000_000_007))) === true, 'It was refused.')
    equal(await store.get('key'), pair(1_000_000_000_000_007), 'A large version did not survive.')
  })

  add('throws RangeError for a version that does not grow, and writes nothing', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(5))
    for (const version of [5, 4, 1]) {
      await rejectsRange(store.replace('key', 5, pair(version)), `${version} after 5`)
    }
    for (const version of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      await rejectsRange(store.replace('other', undefined, pair(version)), `${version}`)
    }
    equal(await store.get('key'), pair(5), 'A version that did not grow was written.')
    equal(await store.keys(), ['key'], 'Something that is no version was written.')
  })

  add('keeps the version of what was deleted', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1))
    await store.replace('kept', undefined, pair(1))
    check((await store.replace('key', 1, { version: 2, deleted: true })) === true, 'A tombstone was refused.')
    equal(await store.get('key'), { version: 2, deleted: true }, 'The tombstone cannot be read.')
    equal(await store.keys(), ['kept'], 'keys() lists a tombstone, or misses a record beside it.')
  })

  add('lets nobody write over a tombstone who does not know it', async (open) => {
    const store = await open()
    await store.replace('key', undefined, pair(1))
    await store.replace('key', 1, { version: 2, deleted: true })
    check((await store.replace('key', 1, pair(3))) === false, 'An old writer brought back what was deleted.')
    check((await store.replace('key', undefined, pair(3))) === false, 'A deleted record was taken for none.')
    check((await store.replace('key', 2, pair(3))) === true, 'A writer who knows the tombstone was refused.')
    equal(await store.keys(), ['key'], 'A record written over a tombstone is not listed.')
  })

  add('keeps what a tombstone says beside its version', async (open) => {
    const store = await open()
    await store.replace('key', undefined, record({ version: 3, deleted: true, why: 'signed out' }))
    equal(await store.get('key'), { version: 3, deleted: true, why: 'signed out' }, 'Fields of a tombstone were lost.')
  })

  add('copies what is written, as it is at the call', async (open) => {
    const store = await open()
    const written = { version: 1, tokens: ['first'] }
    const writing = store.replace('key', undefined, written)
    written.tokens[0] = 'changed'
    await writing
    written.tokens[0] = 'changed again'
    equal(await store.get('key'), { version: 1, tokens: ['first'] }, 'The writer changed the record after the call.')
  })

  add('copies what is read', async (open) => {
    const store = await open()
    await store.replace('key', undefined, record({ version: 1, tokens: ['first'] }))
    const read = (await store.get('key')) as unknown as { tokens: string[] }
    read.tokens[0] = 'changed'
    equal(await store.get('key'), { version: 1, tokens: ['first'] }, 'A reader changed the record.')
  })

  add('tells null, empty, false and zero from absent', async (open) => {
    const store = await open()
    const values = { version: 1, nothing: null, text: '', no: false, zero: 0, list: [], inner: { list: [null, 0, ''] } }
    await store.replace('key', undefined, record({ ...values, absent: undefined }))
    const read = (await store.get('key')) as unknown as Record<string, unknown>
    check(read['absent'] === undefined, 'A field that was undefined came back as something else.')
    equal(JSON.parse(JSON.stringify(read)), values, 'Empty values did not survive.')
  })

  add('keeps every character, and a record of 200,000 of them', async (open) => {
    const store = await open()
    const text = 'Ünïcødé 日本語 العربية 👩‍🚀 e\u0301 \u0000 \u2028 "quoted" \\ back\nline'
    await store.replace('key', undefined, record({ version: 1, text, large: 'ä😀'.repeat(66_667) }))
    const read = (await store.get('key')) as unknown as { text: string; large: string }
    check(read.text === text, 'A text with unusual characters came back changed.')
    check(read.large === 'ä😀'.repeat(66_667), 'A large record came back changed.')
  })

  add('tells all keys apart, however odd', async (open) => {
    const store = await open()
    const keys = ['', ' ', 'a', 'A', 'a ', 'a:b', 'a/b', 'a%2Fb', 'a!b', ':a', '.', '..', '__proto__', 'constructor']
    keys.push(
      'length',
      'null',
      'undefined',
      '1',
      '01',
      'corrupt',
      '["a"]',
      'ключ',
      '🔑',
      'é',
      'e\u0301',
      'x'.repeat(500),
    )
    for (const [index, key] of keys.entries()) {
      check((await store.replace(key, undefined, pair(index + 1))) === true, `The key ${quote(key)} was taken.`)
    }
    for (const [index, key] of keys.entries()) {
      equal(await store.get(key), pair(index + 1), `The record under ${quote(key)} is not its own.`)
    }
    equal((await store.keys()).toSorted(), keys.toSorted(), 'keys() does not give the keys as they were written.')
  })

  add('keeps stores of different names apart', async (open, openOther) => {
    const store = await open()
    const other = await openOther()
    check(store.name !== other.name, 'Two stores that share nothing have one name.')
    await store.replace('key', undefined, pair(1))
    check((await other.get('key')) === undefined, 'A store shows what was written to another.')
    equal(await other.keys(), [], 'A store lists what was written to another.')
  })

  if (consistency !== 'eventual') {
    add('lets one of many first writers win', async (open) => {
      const store = await open()
      await oneWins(Array.from({ length: 20 }, () => store))
    })

    add('lets one writer win each version', async (open) => {
      const store = await open()
      await count([store, store, store, store])
    })

    add('lets a deletion win over writers who do not know it', async (open) => {
      const store = await open()
      await store.replace('key', undefined, pair(1))
      const [deleted, ...late] = await Promise.all([
        store.replace('key', 1, { version: 2, deleted: true }),
        ...[3, 4, 5].map((version) => store.replace('key', 1, pair(version))),
      ])
      check(deleted !== late.includes(true), 'A deletion and a write both won, or neither did.')
    })
  }

  if (shared) {
    add('gives two handles on the same data one name', async (open) => {
      const [first, second] = [await open(), await open()]
      check(first.name === second.name, 'Locks and news go by the name: it must be the same.')
    })
  }

  if (shared && consistency !== 'eventual') {
    add('shows a write to every handle once it is resolved', async (open) => {
      const writer = await open()
      const reader = await open()
      for (let version = 1; version <= 20; version += 1) {
        await writer.replace('key', version === 1 ? undefined : version - 1, pair(version))
        equal(await reader.get('key'), pair(version), 'Another handle does not see what was written.')
      }
      equal(await reader.keys(), ['key'], 'Another handle does not list what was written.')
      equal(await (await open()).get('key'), pair(20), 'A new handle does not see what was written.')
    })

    add('refuses a writer whose version another handle replaced', async (open) => {
      const first = await open()
      const second = await open()
      await first.replace('key', undefined, pair(1))
      await second.replace('key', 1, { version: 2, deleted: true })
      check((await first.replace('key', 1, pair(3))) === false, 'It won over the deletion of another handle.')
    })
  }

  if (shared && consistency === 'atomic') {
    add('lets one of many first writers win across handles', async (open) => {
      await oneWins(await Promise.all(Array.from({ length: 8 }, open)))
    })

    add('lets one writer win each version across handles', async (open) => {
      await count(await Promise.all(Array.from({ length: 4 }, open)))
    })

    add('never shows a half-written or an older record', async (open) => {
      const writer = await open()
      const reader = await open()
      let writing = true
      const written = (async () => {
        for (let version = 1; version <= 30; version += 1) {
          await writer.replace('key', version === 1 ? undefined : version - 1, pair(version))
        }
      })().finally(() => {
        writing = false
      })
      let newest = 0
      while (writing) {
        // A turn for a writer that waits for one.
        await new Promise((resolve) => setTimeout(resolve))
        const read = await reader.get('key')
        if (read === undefined) continue
        equal(read, pair(read.version), 'A record mixes two writes.')
        check(read.version >= newest, `Version ${read.version} was read after ${newest}.`)
        newest = read.version
      }
      await written
    })
  }

  return cases
}

async function oneWins(stores: readonly TokenStore[]): Promise<void> {
  const results = await Promise.all(
    stores.map((store, index) => store.replace('key', undefined, record({ version: 1, writer: index }))),
  )
  const winners = results.flatMap((won, index) => (won ? [index] : []))
  check(winners.length === 1, `${winners.length} of ${stores.length} writers believe that they were first.`)
  equal(await stores[0]?.get('key'), { version: 1, writer: winners[0] }, 'What is kept is not what the winner wrote.')
}

/** Every writer adds ten to one counter, with compare-and-set. */
async function count(stores: readonly TokenStore[]): Promise<void> {
  const won: number[] = []
  await Promise.all(
    stores.map(async (store) => {
      let added = 0
      for (let attempt = 0; added < 10; attempt += 1) {
        check(attempt < stores.length * 50, 'Writers refuse each other without end.')
        const now = (await store.get('counter'))?.version
        const version = (now ?? 0) + 1
        if (!(await store.replace('counter', now, { version }))) continue
        won.push(version)
        added += 1
      }
    }),
  )
  const expected = Array.from({ length: stores.length * 10 }, (_, index) => index + 1)
  equal(
    won.toSorted((a, b) => a - b),
    expected,
    'Two writers won the same version, or a write was lost.',
  )
  equal(await stores[0]?.get('counter'), { version: expected.length }, 'The last write is not what is kept.')
}

function pair(version: number): StoredRecord {
  return record({ version, accessToken: `access ${version}`, refreshToken: `refresh ${version}` })
}

function record(fields: StoredRecord & Readonly<Record<string, unknown>>): StoredRecord {
  return fields
}

function check(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence)
}

function equal(actual: unknown, expected: unknown, sentence: string): void {
  if (sorted(actual) !== sorted(expected)) throw new Error(`${sentence} Got ${quote(actual)}, not ${quote(expected)}.`)
}

/** Fields may come back in another order. */
function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

async function rejectsRange(promise: Promise<boolean>, what: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  check(error instanceof RangeError, `The version ${what} was not refused with a RangeError.`)
}
