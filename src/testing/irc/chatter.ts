import { createRandom, type Random } from '../random.ts'
import { amount, check, needed, number, type Shape, text } from '../shape.ts'
import type { World } from '../world.ts'
import { GLOBAL_EMOTES } from './emotes.ts'
import type { Tags } from './line.ts'
import { FIRST_NAMES, LAST_NAMES, LOCALIZED_NAMES, PHRASES, SENTENCES } from './phrases.ts'
import type { IrcServer } from './server.ts'
import { type UserNotice, userNotices } from './user-notices.ts'

export interface ChatterOptions {
  /** Login of the channel. Its user must exist. */
  readonly channel: string
  /** The same seed says the same things. Default 1. */
  readonly seed?: number | undefined
  /** How many viewers talk. Default 40. */
  readonly viewers?: number | undefined
}

const CHATTER: Shape<ChatterOptions> = { channel: needed(text), seed: number, viewers: amount }

/** Viewers who do not exist, talking in a channel. */
export interface Chatter {
  /** The next thing that one of them does; 98 of 100 times it is a message. */
  act(): void
}

interface Viewer {
  readonly login: string
  readonly displayName: string
}

const COLORS = ['#FF4500', '#1E90FF', '#8A2BE2', '#2E8B57', '#DAA520', '#D2691E', '#FF69B4', '#5F9EA0', '#9ACD32', '']
const EMOTES = Object.keys(GLOBAL_EMOTES)

/** Brings seeded viewers into a channel: moderators, VIPs, subscribers and passers-by. */
export function createChatter(server: IrcServer, options: ChatterOptions): Chatter {
  check('createChatter()', options, CHATTER)
  const { channel, seed = 1, viewers: count = 40 } = options
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length - 1)] as T
  const viewers = inviteViewers(server, channel, count, random)
  const recent: string[] = []
  let muted: string | undefined

  /** Some talk much, most talk little. */
  function speaker(): Viewer {
    const viewer = viewers[Math.floor(random.next() ** 2 * viewers.length)] as Viewer
    return viewer.login === muted ? (viewers[0] as Viewer) : viewer
  }

  function phrase(): string {
    if (random.next() < 0.015) {
      const start = random.integer(0, SENTENCES.length - 4)
      return SENTENCES.slice(start, start + 4).join(' ')
    }
    return pick(PHRASES)
      .replaceAll('{emote}', () => pick(EMOTES))
      .replaceAll('{viewer}', () => pick(viewers).displayName)
      .replaceAll('{number}', () => String(random.integer(2, 60)))
  }

  function talk(): void {
    const kind = random.next()
    let text = phrase()
    let tags: Tags = {}
    if (kind < 0.06 && recent.length > 0) tags = { 'reply-parent-msg-id': pick(recent) }
    else if (kind < 0.08) text = `/me ${text}`
    else if (kind < 0.09) {
      const bits = pick([1, 10, 100, 500])
      text = `Cheer${bits} ${text}`
      tags = { bits: String(bits) }
    } else if (kind < 0.1) tags = { 'msg-id': 'highlighted-message' }
    else if (kind < 0.11) text = `https://example.com/clips/${random.integer(1000, 9999)} ${text}`
    recent.push(server.send(speaker().login, channel, text, tags))
    if (recent.length > 20) recent.shift()
  }

  const rarities: readonly (() => void)[] = [
    () => tell(userNotices.sub({ login: speaker().login, plan: pick(['Prime', '1000', '2000']) })),
    () => {
      const months = random.integer(2, 60)
      const streak = random.next() < 0.5 ? random.integer(1, months) : undefined
      tell(userNotices.resub({ login: speaker().login, months, streak, text: phrase() }))
    },
    () => giveSubs(),
    () => tell(userNotices.viewermilestone({ login: speaker().login, streams: pick([3, 5, 7, 10]), text: phrase() })),
    () => server.raid(speaker().login, channel, random.integer(3, 400)),
    () => server.announce(channel, channel, phrase()),
    () => tell(userNotices.ritual({ login: speaker().login, text: 'hello, I am new here' })),
    () => {
      const { login } = pick(viewers)
      muted = login
      server.timeout(login, channel, pick([10, 60, 600]))
      server.unban(login, channel)
    },
    () => {
      const message = recent.pop()
      if (message !== undefined) deleteQuietly(message)
    },
    () => server.setRoomState(channel, { slow: pick([0, 3, 10]) }),
  ]

  function tell(notice: UserNotice): void {
    server.userNotice(channel, notice)
  }

  function giveSubs(): void {
    const { login } = speaker()
    const gifts = pick([1, 1, 2, 5])
    const communityGiftId = String(random.integer(1_000_000, 9_999_999))
    if (gifts > 1) tell(userNotices.submysterygift({ login, count: gifts, communityGiftId }))
    for (let gift = 0; gift < gifts; gift += 1) {
      const recipient = pick(viewers)
      const id = String(random.integer(10_000_000, 99_999_999))
      tell(userNotices.subgift({ login, recipient: { ...recipient, id }, communityGiftId }))
    }
  }

  /** It may have gone with a time-out. */
  function deleteQuietly(message: string): void {
    try {
      server.delete(message)
    } catch {}
  }

  return {
    act() {
      if (random.next() < 0.985) talk()
      else pick(rarities)()
    },
  }
}

function inviteViewers(server: IrcServer, channel: string, count: number, random: Random): Viewer[] {
  const viewers: Viewer[] = []
  for (let index = 0; index < count; index += 1) {
    const first = FIRST_NAMES[random.integer(0, FIRST_NAMES.length - 1)] as string
    const last = LAST_NAMES[random.integer(0, LAST_NAMES.length - 1)] as string
    const name = `${first}${random.next() < 0.3 ? '_' : ''}${last}${index < 10 ? '' : index}`
    const login = name.toLowerCase()
    const displayName = LOCALIZED_NAMES[Math.floor(index / 2) - 2] ?? (random.next() < 0.7 ? name : login)
    server.setUser(login, { displayName, color: COLORS[index % COLORS.length] })
    server.setRole(login, channel, {
      moderator: index < 2,
      vip: index === 3 || index === 5,
      subscriber: random.next() < 0.4 ? random.integer(1, 50) : 0,
      tier: random.next() < 0.1 ? 3 : 1,
      badges: random.next() < 0.3 ? [random.next() < 0.5 ? 'premium/1' : 'bits/100'] : [],
    })
    server.arrive(login, channel)
    viewers.push({ login, displayName })
  }
  return viewers
}

export interface SimulateOptions extends ChatterOptions {
  /** Milliseconds between two of them, on average. Default 1,000. */
  readonly every?: number | undefined
}

const SIMULATE: Shape<SimulateOptions> = { ...CHATTER, every: amount }

/** @internal @returns The function that ends it. */
export function simulateViewers(server: IrcServer, world: World, options: SimulateOptions): () => void {
  check('simulateViewers()', options, SIMULATE)
  const { every = 1000, ...about } = options
  const { seed = 1 } = about
  const chatter = createChatter(server, about)
  const random = createRandom(seed + 1)
  let timer: unknown
  const next = () => {
    timer = world.clock.setTimeout(
      () => {
        next()
        chatter.act()
      },
      every * (0.25 + 1.5 * random.next()),
    )
  }
  next()
  return () => world.clock.clearTimeout(timer)
}
