import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../src/testing/index.ts'
import { describeEnvironment, type EnvironmentReport } from '../../src/token/index.ts'
import { FakeStorage } from '../stores/fake-storage.ts'
import { createPlace } from './support.ts'

const everything = [
  'secureContext',
  'document',
  'indexedDB',
  'localStorage',
  'locks',
  'broadcastChannel',
  'subtle',
  'webSocket',
]

/** A page in which all works, at an address of its own. */
function page(url: string, more: object = {}) {
  return {
    isSecureContext: true,
    location: new URL(url),
    document: {},
    navigator: { locks: { request: (_name: string, callback: () => unknown) => callback() }, userAgent: 'Mozilla/5.0' },
    crypto: { subtle: { digest: async () => new ArrayBuffer(32) } },
    indexedDB: new IDBFactory(),
    localStorage: new FakeStorage(),
    BroadcastChannel: channels(),
    WebSocket: class {},
    ...more,
  }
}

function channels() {
  const { channel } = createPlace()
  return function BroadcastChannel(name: string) {
    return channel(name)
  }
}

/** Time enough for a database in memory, which no fake timer drives. */
async function settle(): Promise<void> {
  for (let task = 0; task < 50; task += 1) await new Promise((resolve) => setImmediate(resolve))
}

function createPlatform() {
  const clock = createFakeClock({ settle })
  let ids = 0
  const { setTimeout, clearTimeout } = clock
  return { clock, platform: { setTimeout, clearTimeout, randomId: () => `id${ids++}` } }
}

async function describeIn(realm: object): Promise<EnvironmentReport & { readonly took: number }> {
  const { clock, platform } = createPlatform()
  const report = await clock.until(describeEnvironment({ realm, platform }))
  expect(clock.pending).toBe(0)
  return { ...report, took: clock.monotonic() }
}

const missingIn = async (realm: object) => (await describeIn(realm)).missing.map(({ feature }) => feature)

/** OBS answers a callback after so many milliseconds; a dock never does. */
const obs = (answers: boolean) => ({
  obsstudio: { getControlLevel: (callback: (level: number) => void) => answers && callback(1) },
})

/** As some runtimes have one for the sake of Node's modules: it delivers nothing. */
class DeafChannel extends EventTarget {
  postMessage() {}
  close() {}
}

const worker = { ServiceWorkerGlobalScope: class {}, document: undefined, localStorage: undefined }

describe('the place', () => {
  test.each([
    ['a page', 'page', page('https://example.org/')],
    ['a page on a disk', 'page', page('file:///home/ann/overlay.html')],
    ['a browser source of OBS', 'obs-source', page('https://example.org/', obs(true))],
    ['a dock of OBS', 'obs-dock', page('https://example.org/', obs(false))],
    ['a local file in a browser source of OBS', 'obs-local-file', page('http://absolute/C:/overlay.html', obs(true))],
    ['the address of local files, whoever shows it', 'obs-local-file', page('http://absolute/')],
    ['a dock of OBS at the address of local files', 'obs-dock', page('http://absolute/', obs(false))],
    ['an OBS that knows no question', 'obs-source', page('https://example.org/', { obsstudio: {} })],
    ['a Twitch extension by its address', 'twitch-extension', page('https://abc.ext-twitch.tv/abc/1/panel.html')],
    ['a Twitch extension by its helper', 'twitch-extension', page('https://localhost/', { Twitch: { ext: {} } })],
    ['a site that shows Twitch’s player', 'page', page('https://example.org/', { Twitch: { Player: class {} } })],
    ['a page of a browser extension', 'extension-page', page('chrome-extension://abc/popup.html')],
    ['the worker of a browser extension', 'extension-worker', page('moz-extension://abc/worker.js', worker)],
    ['the service worker of a site', 'service-worker', page('https://example.org/worker.js', worker)],
    ['a Cloudflare Worker', 'worker', { ...worker, navigator: { userAgent: 'Cloudflare-Workers' } }],
    ['a web worker', 'other', page('https://example.org/worker.js', { document: undefined })],
    ['nothing at all', 'other', {}],
  ] as const)('%s is told apart: %s', async (_, place, realm) => {
    expect((await describeIn(realm)).place).toBe(place)
  })

  test('is a Durable Object only when told so', async () => {
    const { place, store } = await describeEnvironment({ place: 'durable-object', realm: worker })
    expect(place).toBe('durable-object')
    expect(store.use).toContain('own storage')
  })

  test('a dock is known after half a second, a source at once', async () => {
    expect((await describeIn(page('https://example.org/', obs(false)))).took).toBe(500)
    expect((await describeIn(page('https://example.org/', obs(true)))).took).toBe(0)
  })

  test('a source whose OBS answers late is a source', async () => {
    const { clock, platform } = createPlatform()
    const obsstudio = {
      getControlLevel: (callback: () => void) => clock.setTimeout(callback, 499),
    }
    const realm = page('https://example.org/', { obsstudio })
    expect(await clock.until(describeEnvironment({ realm, platform }))).toMatchObject({ place: 'obs-source' })
  })
})

describe('what is missing', () => {
  const where = 'https://example.org/'

  test('is nothing in a page where all works', async () => {
    expect(await missingIn(page(where))).toEqual([])
  })

  test('is everything where nothing is', async () => {
    expect(await missingIn({ isSecureContext: false })).toEqual(everything)
  })

  test('costs something, which is said in a sentence', async () => {
    const { missing } = await describeIn({ isSecureContext: false })
    expect(new Set(missing.map(({ cost }) => cost)).size).toBe(everything.length)
    for (const { cost } of missing) expect(cost).toMatch(/^[A-Z].{15,}\.$/)
  })

  const denied = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  const never = () => new Promise(() => {})

  test.each([
    ['localStorage', { localStorage: Object.assign(new FakeStorage(), { writeError: new Error('full') }) }],
    ['localStorage', { localStorage: Object.assign(new FakeStorage(), { forgetful: true }) }],
    ['indexedDB', { indexedDB: { open: denied } }],
    ['indexedDB', { indexedDB: { open: () => ({}) } }],
    ['locks', { navigator: { locks: { request: denied } } }],
    ['locks', { navigator: { locks: { request: async () => denied() } } }],
    ['locks', { navigator: { locks: { request: never } } }],
    ['subtle', { crypto: { subtle: { digest: async () => denied() } } }],
    ['subtle', { crypto: {} }],
    ['broadcastChannel', { BroadcastChannel: class extends EventTarget {} }],
    ['broadcastChannel', { BroadcastChannel: DeafChannel }],
    ['webSocket', { WebSocket: undefined }],
    ['document', { document: undefined }],
    ['secureContext', { isSecureContext: false }],
  ] as const)('%s counts as missing where it throws, forgets or never answers', async (feature, broken) => {
    expect(await missingIn(page(where, broken))).toEqual([feature])
  })

  test('is what a getter denies, as in a sandboxed frame', async () => {
    const realm = page(where)
    for (const name of ['localStorage', 'indexedDB']) Object.defineProperty(realm, name, { get: denied })
    expect(await missingIn(realm)).toEqual(['indexedDB', 'localStorage'])
  })

  test('is no channel that takes its time, as in a browser that is busy', async () => {
    const { clock, platform } = createPlatform()
    class SlowChannel extends EventTarget {
      static readonly all = new Set<SlowChannel>()
      constructor() {
        super()
        SlowChannel.all.add(this)
      }
      postMessage() {
        for (const other of SlowChannel.all)
          if (other !== this) clock.setTimeout(() => other.dispatchEvent(new Event('message')), 900)
      }
      close() {
        SlowChannel.all.delete(this)
      }
    }
    const realm = page(where, { BroadcastChannel: SlowChannel })
    expect((await clock.until(describeEnvironment({ realm, platform }))).missing).toEqual([])
    expect(SlowChannel.all.size).toBe(0)
  })

  test('is known within two seconds, whatever never answers', async () => {
    const broken = { indexedDB: { open: () => ({}) }, navigator: { locks: { request: never } } }
    expect((await describeIn(page(where, { ...broken, ...obs(false) }))).took).toBe(2_000)
  })
})

describe('the probes', () => {
  test('leave nothing behind', async () => {
    const realm = page('https://example.org/')
    await describeIn(realm)
    expect(await realm.indexedDB.databases()).toEqual([])
    expect(realm.localStorage.entries.size).toBe(0)
  })

  test('use another name each time, so that two tabs do not meet', async () => {
    const { platform, clock } = createPlatform()
    const realm = page('https://example.org/')
    const names: string[] = []
    const open = realm.indexedDB.open.bind(realm.indexedDB)
    realm.indexedDB.open = (name) => {
      names.push(name)
      return open(name)
    }
    await clock.until(Promise.all([1, 2].map(() => describeEnvironment({ realm, platform }))))
    expect(new Set(names).size).toBe(2)
  })

  test('an unknown option is a TypeError that lists the known ones', async () => {
    await expect(describeEnvironment({ globals: {} } as never)).rejects.toThrow(/place, realm, platform/)
  })
})

describe('the advice', () => {
  const where = 'https://example.org/'
  const none = { indexedDB: undefined, localStorage: undefined }

  test.each([
    ['a page', page(where), 'signInWithDeviceCode', 'indexedDBStore'],
    ['a page without IndexedDB', page(where, { indexedDB: undefined }), 'signInWithDeviceCode', 'localStorageStore'],
    ['a page without storage', page(where, none), 'signInWithDeviceCode', 'memoryStore'],
    ['a source of OBS', page(where, obs(true)), 'signInWithDeviceCode', 'indexedDBStore'],
    ['a Twitch extension', page('https://a.ext-twitch.tv/'), 'ExtensionTokenHandler', 'memoryStore'],
    [
      'the worker of a browser extension',
      page('chrome-extension://abc/worker.js', { ...worker, ...none }),
      'signInWithDeviceCode',
      'chromeStorageStore',
    ],
    [
      'a Cloudflare Worker',
      { ...worker, navigator: { userAgent: 'Cloudflare-Workers' } },
      'signInWithCode',
      'a Durable Object',
    ],
  ])('for %s', async (_, realm, signIn, store) => {
    const report = await describeIn(realm)
    expect([report.signIn.use, report.store.use]).toEqual([signIn, store])
    for (const { why } of [report.signIn, report.store]) expect(why).toMatch(/^[A-Z].{20,}\.$/)
  })

  test('warns that all local files of an OBS share one store', async () => {
    const { store } = await describeIn(page('http://absolute/overlay.html', obs(true)))
    expect(store.why).toContain('Every local file in this OBS shares it')
  })
})
