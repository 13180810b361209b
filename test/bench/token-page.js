// @ts-check
/** What runs in Chromium: a tab that holds a token, and stores that write one. */
import { createStore, promisifyRequest, update } from 'idb-keyval'
import { indexedDBStore, StoredTokenHandler, TokenManager } from 'twitch-keyring'

const channel = new BroadcastChannel('benchmark')
/** @type {TokenManager} */
let manager
/** @type {import('twitch-keyring').Endpoints} */
let twitch
/** @type {Promise<number>} Epoch milliseconds: when this tab holds the next token. */
let held
let holdsNow = () => {}
/** @type {import('twitch-keyring').AccessToken} */
let known
/** @type {Promise<unknown>} */
let work = Promise.resolve()

const bench = {
  /**
   * @param {{ clientId: string, endpoints: import('twitch-keyring').Endpoints, pair?: import('twitch-keyring').TokenPair }} options
   */
  async openTab({ clientId, endpoints, pair }) {
    const handler = new StoredTokenHandler({
      clientId,
      clientType: 'public',
      store: indexedDBStore(),
      platform: { endpoints },
    })
    if (pair) await handler.add(pair)
    twitch = endpoints
    manager = new TokenManager(handler)
    manager.on('tokenRefreshed', () => holdsNow())
    await manager.start()
    await manager.get()
    channel.addEventListener('message', ({ data }) => (data === 'renew' ? renew() : readBare()))
    await openBare()
  },

  /** Waits for the next token. */
  async expect() {
    known = await manager.get()
    held = new Promise((resolve) => {
      holdsNow = () => resolve(now())
    })
  },

  /** @param {boolean} all Whether the other tabs want it as well. @returns Epoch milliseconds. */
  want(all) {
    const start = now()
    if (all) channel.postMessage('renew')
    renew()
    return start
  },

  /** The least that a renewal takes: a look, a mark, a request, a write, a message, and a reading in each tab. */
  wantBare() {
    const start = now()
    work = renewBare()
    return start
  },

  async held() {
    const at = await held
    await work
    return at
  },

  /**
   * How long one compare-and-set takes, in milliseconds: the median of rounds that take turns.
   *
   * @param {{ rounds: number, times: number }} options
   */
  async measureStores({ rounds, times }) {
    const ways = { store: wayOfStore(), bare: await bareWay(), 'idb-keyval': wayOfIdbKeyval() }
    /** @type {Record<string, number[]>} */
    const took = { store: [], bare: [], 'idb-keyval': [] }
    for (const write of Object.values(ways)) for (let time = 0; time < times; time += 1) await write()
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, write] of Object.entries(ways)) {
        const start = performance.now()
        for (let time = 0; time < times; time += 1) await write()
        took[name]?.push((performance.now() - start) / times)
      }
    }
    return took
  },
}

Object.assign(window, { bench })

function renew() {
  work = manager.renew(known)
}

async function renewBare() {
  await fetch(`${twitch.id}/validate`, { headers: { Authorization: 'OAuth dead' } })
  await writeBare()
  await fetch(`${twitch.id}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'nobody' }) })
  await writeBare()
  channel.postMessage('read')
  await readBare()
}

async function readBare() {
  const database = await openBare()
  await promisifyRequest(database.transaction('records').objectStore('records').get('key'))
  holdsNow()
}

async function writeBare() {
  const database = await openBare()
  const transaction = database.transaction('records', 'readwrite', { durability: 'strict' })
  transaction.objectStore('records').put(recordOf(1), 'key')
  await promisifyRequest(transaction)
}

/** @type {Promise<IDBDatabase> | undefined} */
let bare

/** @returns {Promise<IDBDatabase>} */
function openBare() {
  if (bare === undefined) {
    const opening = indexedDB.open('bare')
    opening.onupgradeneeded = () => opening.result.createObjectStore('records')
    bare = promisifyRequest(opening)
  }
  return bare
}

function now() {
  return performance.timeOrigin + performance.now()
}

/** @param {number} version */
function recordOf(version) {
  return {
    version,
    grantId: 'f'.repeat(32),
    accessToken: 'a'.repeat(30),
    refreshToken: 'r'.repeat(50),
    scopes: ['chat:read', 'chat:edit'],
    userId: '1',
    login: 'juniper',
    obtainedAt: 1_800_000_000_000,
    expiresAt: 1_800_014_400_000,
  }
}

function wayOfStore() {
  const store = indexedDBStore({ name: 'store' })
  let version = 0
  return async () => {
    const done = await store.replace('key', version || undefined, recordOf(version + 1))
    if (!done) throw new Error('Somebody else wrote.')
    version += 1
  }
}

/** As few steps as compare-and-set can take. */
async function bareWay() {
  const database = await openBare()
  let version = 0
  return () => {
    const transaction = database.transaction('records', 'readwrite', { durability: 'strict' })
    const records = transaction.objectStore('records')
    const reading = records.get('key')
    reading.onsuccess = () => {
      if ((reading.result?.version ?? 0) === version) records.put(recordOf(++version), 'key')
    }
    return promisifyRequest(transaction)
  }
}

/** It cannot ask for strict durability. */
function wayOfIdbKeyval() {
  const store = createStore('idb-keyval', 'records')
  let version = 0
  return async () => {
    await update('key', (found) => ((found?.version ?? 0) === version ? recordOf(version + 1) : found), store)
    version += 1
  }
}
