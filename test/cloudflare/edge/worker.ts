/** A Worker for tests in real workerd, without compatibility flags: vaults, and a manager that all requests share. */
import { waitUntil } from 'cloudflare:workers'
import { createTokenVault, type VaultPair, VaultTokenHandler } from 'twitch-keyring/cloudflare'
import { memoryStore, type TokenStore } from 'twitch-keyring/stores'
import { BaseTokenHandler, StoredTokenHandler, Token, TokenManager } from 'twitch-keyring/token'
import { NetworkError, TokenRejectedError } from '../../../src/errors.ts'
import type { AccessToken, PlatformOptions } from '../../../src/types.ts'
import type { Doom, Op, Rest, Said } from './ops.ts'

interface Env {
  readonly VAULT: DurableObjectNamespace<Vault>
  readonly CLIENT_ID: string
}

/** Delays of this and more, in milliseconds, are those after which something is given up. */
const A_BOUND = 10_000

const time = { start: 0, origin: 0, speed: 1, offset: 0 }
let patience = Number.POSITIVE_INFINITY
let doom: Doom | undefined
const living = new Set<DurableObjectState>()

/** Fetch and crypto are the platform's own, unbound. */
const platform: PlatformOptions = {
  now: () => time.start + (Date.now() - time.origin) * time.speed + time.offset,
  monotonic: () => performance.now() * time.speed,
  // However fast time runs, nobody is given up sooner for it: a busy machine is no slow Twitch.
  setTimeout: (callback, delay) =>
    setTimeout(
      callback,
      delay < A_BOUND ? delay / time.speed : Math.min(Math.max(delay, delay / time.speed), patience),
    ),
}

function strike(): void {
  doom = undefined
  for (const state of living) {
    living.delete(state)
    try {
      state.abort('The machine was lost.')
    } catch {
      // It ends whoever calls, too.
    }
  }
}

/** What the vaults have cost so far. */
const cost = { rowsRead: 0, rowsWritten: 0, alarmsSet: 0 }

/** Counts what is asked of the disk. */
function count({ storage }: DurableObjectState): void {
  const { sql } = storage
  const exec = sql.exec.bind(sql)
  const counting = (query: string, ...bindings: unknown[]) => {
    const cursor = exec(query, ...bindings)
    const rows = cursor.toArray()
    cost.rowsRead += cursor.rowsRead
    cost.rowsWritten += cursor.rowsWritten
    return { toArray: () => rows }
  }
  Object.defineProperty(sql, 'exec', { value: counting })
  const setAlarm = storage.setAlarm.bind(storage)
  Object.defineProperty(storage, 'setAlarm', {
    value: (at: number) => {
      cost.alarmsSet += 1
      return setAlarm(at)
    },
  })
}

export class Vault extends createTokenVault<Env, DurableObjectState>((env) => ({
  clientId: env.CLIENT_ID,
  clientType: 'public',
  vaults: env.VAULT,
  onEvent(type, event) {
    if (type === 'trace' && 'step' in event && event.step === doom?.step) strike()
  },
  platform: {
    ...platform,
    async fetch(url, init) {
      const isMeant = doom?.request !== undefined && url.endsWith(doom.path ?? '/token')
      if (isMeant && doom?.request === 'before') strike()
      const response = await fetch(url, init)
      if (isMeant && doom?.request === 'after') strike()
      return response
    },
  },
})) {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    count(ctx)
    living.add(ctx)
  }

  /** Rings its alarm if it is due, where time is not the machine's. @returns When the next one is. */
  async ring(): Promise<number | null> {
    const at = await this.ctx.storage.getAlarm()
    if (at === null || at > (platform.now?.() ?? 0)) return at
    await this.alarm()
    return this.ctx.storage.getAlarm()
  }

  /** Has the platform ring its alarm at once, wherever time is here. */
  async wake(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now())
  }

  nextAlarm(): Promise<number | null> {
    return this.ctx.storage.getAlarm()
  }

  rest(): Rest {
    const { sql } = this.ctx.storage
    const query = 'SELECT count(*) AS rows, sum(length(record) + length(key)) AS bytes FROM twitch_keyring'
    const [row] = sql.exec(query).toArray()
    return { rows: Number(row?.['rows']), bytes: Number(row?.['bytes']), size: sql.databaseSize }
  }

  /** As long as what `getToken` answers. */
  likeness(request: unknown) {
    void request
    const scopes = ['chat:read', 'chat:edit']
    const value = { value: 'abcdefghijklmnopqrstuvwxyz0123', kind: 'user', userId: '1001', login: 'user0', scopes }
    return { ok: true, value: { ...value, expiresAt: 4_102_459_200_000 } }
  }

  nothing(): string {
    return 'nothing'
  }
}

// All of this at module scope: a Worker refuses to start when any of it does anything.
const shared = memoryStore({ name: 'shared' })
const openShared = (parts: PlatformOptions) => {
  const handler = new StoredTokenHandler({ clientId: 'edge', clientType: 'public', store: shared, platform: parts })
  return { handler, manager: new TokenManager(handler, { timers: false }) }
}
const plain = openShared(platform)
const caring = openShared({ ...platform, waitUntil })

/** A store that is another host. */
const far: TokenStore = {
  ...memoryStore({ name: 'far' }),
  async keys() {
    await fetch('https://handler.example/keys')
    return []
  },
}
const started = new TokenManager(
  new StoredTokenHandler({ clientId: 'edge', clientType: 'public', store: far, platform }),
  { timers: false },
)

class Asked extends BaseTokenHandler {
  override async getUserToken(user: string | undefined): Promise<Token> {
    const response = await fetch(`https://handler.example/token?user=${user}`)
    return new Token(await response.text())
  }
  override async getClientCredentials() {
    await fetch('https://handler.example/app')
    return { clientId: 'edge' }
  }
}
const asked = new TokenManager(new Asked(platform), { timers: false })

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return Response.json((await act((await request.json()) as Op, env)) ?? null)
    } catch (error) {
      return Response.json(saidOf(error), { status: 500 })
    }
  },
}

async function act(op: Op, env: Env): Promise<unknown> {
  const handler = new VaultTokenHandler(env.VAULT, { platform })
  const vaultOf = (user: string) => env.VAULT.get(env.VAULT.idFromName(user))
  switch (op.op) {
    case 'time':
      Object.assign(time, op.time)
      return
    case 'doom':
      doom = op.doom
      return
    case 'patience':
      patience = op.patience ?? Number.POSITIVE_INFINITY
      return
    case 'adopt':
      return spread(op.pairs, 20, async (pair: VaultPair) => (await vaultOf(pair.userId).adopt(pair)).ok)
    case 'get':
      return tokenOf(handler.get({ user: op.user }))
    case 'renew':
      return tokenOf(handler.renew(refused(op.user, op.refused)))
    case 'status':
      return handler.status(op.user)
    case 'wake':
      return vaultOf(op.user).wake()
    case 'storm':
      return spread(op.users, op.atOnce, async ({ user, refused: old }) => {
        const answers = await Promise.all(
          Array.from({ length: op.requests }, () => tokenOf(handler.renew(refused(user, old)))),
        )
        return {
          user,
          answers: [...new Set(answers.map((said) => JSON.stringify(said)))].map((text) => JSON.parse(text)),
        }
      })
    case 'ring':
      return spread(op.users, 50, async (user) => [user, await vaultOf(user).ring()])
    case 'alarms':
      return spread(op.users, 50, async (user) => [user, await vaultOf(user).nextAlarm()])
    case 'add':
      await plain.handler.add(op.pair)
      await plain.manager.start()
      await caring.manager.start()
      return
    case 'leave': {
      // The request ends while the work goes on.
      const manager = op.cares ? caring.manager : plain.manager
      manager.renew(refused(op.user, op.refused)).catch(() => {})
      await scheduler.wait(op.after)
      return
    }
    case 'join':
      return tokenOf((op.cares ? caring.manager : plain.manager).renew(refused(op.user, op.refused)))
    case 'ask':
      if (!op.leaves) return tokenOf(asked.get({ user: op.user }))
      asked.get({ user: op.user }).catch(() => {})
      await scheduler.wait(5)
      return
    case 'start':
      if (!op.leaves) return started.start().then(() => started.status(op.user).state)
      started.start().catch(() => {})
      await scheduler.wait(5)
      return
    case 'cost':
      return cost
    case 'rest':
      return Promise.all(op.users.map((user) => vaultOf(user).rest()))
    case 'flood': {
      const asks = Array.from({ length: op.atOnce }, () => measure(op.times, () => handler.get({ user: op.user })))
      const start = Date.now()
      await Promise.all(asks)
      return (op.atOnce * op.times * 1000) / (Date.now() - start)
    }
    case 'globals':
      return ['process', 'Buffer', 'BroadcastChannel', 'global'].filter((name) => name in globalThis)
    case 'time-get':
      return measure(op.times, () => handler.get({ user: op.user, scopes: ['chat:read'] }))
    case 'time-likeness':
      return measure(op.times, () => vaultOf(op.user).likeness({ kind: 'user', user: op.user }))
    case 'time-rpc':
      return measure(op.times, () => vaultOf(op.user).nothing())
  }
}

async function measure(times: number, work: () => PromiseLike<unknown>): Promise<number> {
  const start = Date.now()
  for (let time = 0; time < times; time += 1) await work()
  await scheduler.wait(0)
  return (Date.now() - start) / times
}

/** Works on so many at once. */
async function spread<T, R>(all: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = [...all.entries()]
  const workers = Array.from({ length: atOnce }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1])
  })
  await Promise.all(workers)
  return results
}

function refused(user: string, value: string): AccessToken {
  return { value, kind: 'user', userId: user, scopes: [] }
}

async function tokenOf(promise: Promise<AccessToken>): Promise<Said> {
  try {
    return { token: (await promise).value }
  } catch (error) {
    return saidOf(error)
  }
}

function saidOf(error: unknown): Said {
  if (error instanceof TokenRejectedError) return { error: error.name, reason: error.reason }
  if (error instanceof NetworkError) return { error: error.name }
  return { error: String(error) }
}
