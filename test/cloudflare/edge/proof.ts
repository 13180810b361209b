import { type Edge, startEdge } from './edge.ts'
import type { Said } from './ops.ts'

const HOUR = 3_600_000

export interface StormFigures {
  readonly users: number
  readonly requests: number
  readonly posts: number
  /** Users who were given more than one token, an error, or a token that is dead. */
  readonly wronged: readonly unknown[]
  /** Refresh tokens that reached Twitch more than once. */
  readonly spentTwice: number
  readonly seconds: number
}

/** All tokens die, and everybody asks at once, through two Workers: generation after generation. */
export async function storm(
  edge: Edge,
  users: readonly string[],
  generations: number,
  requests = 50,
): Promise<StormFigures> {
  const { ask, twitch, spent } = edge
  const start = performance.now()
  const people = edge.people.filter(({ id }) => users.includes(id))
  const pairs = await edge.signIn(people)
  const tokens = new Map(pairs.map(({ userId, accessToken }) => [userId, accessToken]))
  const before = sum(spent())
  const wronged: unknown[] = []
  for (let generation = 0; generation < generations; generation += 1) {
    for (const token of tokens.values()) twitch.id.expire(token)
    const asked = users.map((user) => ({ user, refused: tokens.get(user) ?? '' }))
    const half = { op: 'storm', users: asked, atOnce: 20, requests: requests / 2 } as const
    type Answers = { readonly user: string; readonly answers: readonly Said[] }[]
    const both = await Promise.all([ask<Answers>(half, 'main'), ask<Answers>(half, 'other')])
    for (const { user } of asked) {
      const said = both.flatMap((all) => all.find((one) => one.user === user)?.answers ?? [])
      const distinct = new Set(said.map((one) => JSON.stringify(one)))
      const token = said[0]?.token
      if (distinct.size !== 1 || token === undefined || !twitch.id.isAlive(token)) wronged.push({ user, said })
      if (token !== undefined) tokens.set(user, token)
    }
  }
  return {
    users: users.length,
    requests: users.length * requests * generations,
    posts: sum(spent()) - before,
    wronged,
    spentTwice: [...spent().values()].filter((times) => times > 1).length,
    seconds: (performance.now() - start) / 1000,
  }
}

export interface DayFigures {
  readonly users: number
  readonly alarms: number
  readonly validations: number
  readonly renewals: number
  readonly killed: number
  readonly spentTwice: number
  /** How sign-ins stand in the end, other than `ok`. */
  readonly notOk: readonly unknown[]
  readonly seconds: number
}

/**
 * So many hours of alarms. Time jumps from one to the next; now and then the machine is lost in the middle of one, where
 * nothing can be lost yet.
 */
export async function day(edge: Edge, users: readonly string[], hours = 24, killEvery = 40): Promise<DayFigures> {
  const { ask, twitch, now } = edge
  const start = performance.now()
  await edge.signIn(edge.people.filter(({ id }) => users.includes(id)))
  const from = twitch.requests.length
  const end = now() + hours * HOUR
  let alarms = 0
  let killed = 0
  const next = new Map(await ask<[string, number | null][]>({ op: 'alarms', users }))
  for (;;) {
    const soonest = Math.min(...[...next.values()].map((at) => at ?? Number.POSITIVE_INFINITY))
    if (soonest >= end) break
    if (soonest > now()) await edge.jump(soonest - now())
    const due = users.filter((user) => (next.get(user) ?? Number.POSITIVE_INFINITY) <= now())
    alarms += due.length
    const kills = Math.floor(alarms / killEvery) > killed
    if (kills) {
      killed += 1
      await ask({ op: 'doom', doom: { request: 'before', path: '/validate' } })
    }
    const rung = await ask<[string, number | null][] | Said>({ op: 'ring', users: due })
    // An alarm that fails is rung again by the platform.
    for (const [user, at] of Array.isArray(rung) ? rung : await ask<[string, number][]>({ op: 'alarms', users: due })) {
      next.set(user, kills && !Array.isArray(rung) ? now() : at)
    }
  }
  await ask({ op: 'doom', doom: {} })
  const seen = twitch.requests.slice(from)
  const notOk: unknown[] = []
  for (const user of users) {
    const status = await ask<{ state: string }>({ op: 'status', user })
    if (status.state !== 'ok') notOk.push(status)
  }
  return {
    users: users.length,
    alarms,
    validations: seen.filter(({ path }) => path === '/validate').length,
    renewals: seen.filter(({ path }) => path === '/token').length,
    killed,
    spentTwice: [...edge.spent().values()].filter((times) => times > 1).length,
    notOk,
    seconds: (performance.now() - start) / 1000,
  }
}

/** `npm run proof -- workers` */
export async function proveWorkers(): Promise<boolean> {
  // Slower than this machine: one that is busy for seconds must not look like a Twitch that does not answer.
  const edge = await startEdge({ users: 1_200, speed: 0.25 })
  try {
    const ids = edge.people.map(({ id }) => id)
    const stormy = await storm(edge, ids.slice(0, 1_000), 3)
    console.log(
      `${stormy.users} users, ${stormy.requests} requests with dead tokens, through two Workers: ${stormy.posts} renewals, ${stormy.spentTwice} refresh tokens sent twice, ${stormy.wronged.length} answers wrong (${stormy.seconds.toFixed(0)} s).`,
    )
    const calm = await day(edge, ids.slice(1_000))
    console.log(
      `${calm.users} users for 24 hours: ${calm.alarms} alarms, ${calm.validations} validations, ${calm.renewals} renewals, ${calm.killed} machines lost, ${calm.spentTwice} refresh tokens sent twice, ${calm.notOk.length} sign-ins not ok (${calm.seconds.toFixed(0)} s).`,
    )
    for (const wrong of [...stormy.wronged, ...calm.notOk].slice(0, 5)) console.log(JSON.stringify(wrong))
    const isOnce = stormy.posts === 3_000 && stormy.spentTwice === 0 && calm.spentTwice === 0
    return isOnce && stormy.wronged.length === 0 && calm.notOk.length === 0
  } finally {
    await edge.close()
  }
}

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((total, times) => total + times, 0)
}
