import { createFakeClock } from '../clock.ts'
import { createFaults } from '../faults.ts'
import { createRandom, type Random } from '../random.ts'
import { createUserDirectory } from '../users.ts'
import type { World } from '../world.ts'
import { createChatter } from './chatter.ts'
import { createIrcServer } from './server.ts'

/**
 * Makes lines as an anonymous reader with all tags gets them, for benchmarks and tests of parsers.
 *
 * @returns `count` lines without their CRLF; the same for the same seed.
 */
export function generateChat(seed: number, count: number): string[] {
  const random = createRandom(seed)
  let elapsed = 0
  const { clock: still, ...world } = createQuietWorld(random)
  const clock = { ...still, now: () => 1_767_225_600_000 + elapsed, monotonic: () => elapsed }
  const server = createIrcServer({ ...world, clock }, { pingInterval: false })
  const channel = 'lantern'
  world.users.add({ login: channel, displayName: 'Lantern' })
  const chatter = createChatter(server, { channel, seed })

  const lines: string[] = []
  let listening = false
  const session = server.accept({
    send(frame) {
      if (listening) for (const line of frame.split('\r\n')) if (line !== '') lines.push(line)
    },
    close() {},
    terminate() {},
  })
  session.receive(`CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK justinfan1\r\nJOIN #${channel}`)
  listening = true
  while (lines.length < count) {
    elapsed += random.integer(20, 2000)
    chatter.act()
  }
  session.closed()
  return lines.slice(0, count)
}

/** A world for one chat server alone, in which time does not pass by itself. */
function createQuietWorld(random: Random): World {
  return {
    clock: createFakeClock(),
    users: createUserDirectory(random, 'https://static-cdn.jtvnw.net'),
    faults: createFaults(),
    chat: undefined,
    tokenOwner: () => undefined,
    onTokenDeath: () => () => {},
    random: () => random.next(),
    uuid: () => random.uuid(),
    log() {},
  }
}
