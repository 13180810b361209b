/** `npm run bench -- chat`: reading lines, beside tmi.js and @twurple/chat, in one process and on the same lines. */
import { createRequire } from 'node:module'
import { ChatClient as TwurpleClient } from '@twurple/chat'
import { type PrivateMessage, parseIrcMessage } from '../../src/chat/index.ts'
import { CHANNELS, createCorpus } from './chat-corpus.ts'
import { BARE, measureFirehose, OURS } from './chat-firehose.ts'
import { allocations, measureFake } from './chat-memory.ts'
import { connectReader } from './chat-reader.ts'

const require = createRequire(import.meta.url)
const tmi = require('tmi.js')
const tmiParser = require('tmi.js/lib/parser.js')

const ROUNDS = Number(process.env['ROUNDS'] ?? 25)
/** Microseconds. */
const ROUND = 60_000
// So few that they stay in the cache, as a line does that has just come in.
const lines = createCorpus(1000)
const frames = lines.map((line) => Buffer.from(`${line}\r\n`).toString())

/** Keeps the reading from being optimised away. */
let sink = 0
const touch = (value: unknown): number =>
  typeof value === 'string' ? value.length + value.charCodeAt(value.length - 1) : 0

type Run = (line: string) => void

const fields: Record<string, Run> = {
  ours(line) {
    const message = parseIrcMessage(line)
    if (message === undefined) return
    const { params } = message
    sink += touch(message.command) + touch(params[0]) + touch(params[1])
    sink += touch(message.tag('display-name')) + touch(message.tag('color'))
  },
  'tmi.js'(line) {
    const message = tmiParser.msg(line)
    sink += touch(message.command) + touch(message.params[0]) + touch(message.params[1])
    sink += touch(message.tags['display-name']) + touch(message.tags.color)
  },
  'a loop over every character'(line) {
    let sum = 0
    for (let at = 0; at < line.length; at += 1) sum += line.charCodeAt(at)
    sink += sum
  },
}

const allTags: Record<string, Run> = {
  ours(line) {
    for (const [key, value] of parseIrcMessage(line)?.tags ?? []) sink += touch(key) + touch(value)
  },
  'tmi.js'(line) {
    const { tags } = tmiParser.msg(line)
    for (const key in tags) sink += touch(key) + touch(tags[key])
  },
}

const readMessage = ({ channel, login, displayName, color, text }: PrivateMessage): void => {
  sink += touch(channel) + touch(login) + touch(displayName) + touch(color) + touch(text)
}

async function handlers(): Promise<Record<string, Run>> {
  const receive = await connectReader(CHANNELS, readMessage)
  const tmiClient = new tmi.Client({ channels: [...CHANNELS], options: { skipUpdatingEmotesets: true } })
  tmiClient.on('message', (channel: string, user: Record<string, string>, text: string) => {
    sink += touch(channel) + touch(user['username']) + touch(user['display-name']) + touch(user['color']) + touch(text)
  })
  const twurple = new TwurpleClient({ channels: [...CHANNELS] })
  twurple.onMessage((channel, user, text, { userInfo }) => {
    sink += touch(channel) + touch(user) + touch(userInfo.displayName) + touch(userInfo.color) + touch(text)
  })
  const irc = twurple.irc as unknown as { receiveLine(line: string): void }
  return {
    ours: (frame) => receive(frame),
    'tmi.js': (frame) => tmiClient._onMessage({ data: frame }),
    // Its connection has cut the frame into lines before.
    '@twurple/chat': (frame) => irc.receiveLine(frame.slice(0, -2)),
  }
}

/** Microseconds of this thread alone: what else the machine does, the garbage collector's helpers too, does not count. */
function cpuTime(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

interface Goal {
  readonly atLeast?: number
  readonly atMost?: number
}

function judge(ratio: number, { atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Goal = {}): string {
  if (ratio < atLeast) return `, BELOW the ${atLeast} wanted`
  if (ratio > atMost) return `, ABOVE the ${atMost} wanted`
  return atLeast > 0
    ? `, at least ${atLeast} wanted`
    : atMost < Number.POSITIVE_INFINITY
      ? `, at most ${atMost} wanted`
      : ''
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** The same lines, spread over so many channels. */
async function crowd(count: number): Promise<Run> {
  const channels = Array.from({ length: count }, (_, index) => `channel${index + 1000}`)
  const receive = await connectReader(channels, readMessage)
  const spread = frames.map((frame, index) => frame.replace(/ #\S+/, ` #${channels[index % count]}`))
  for (const frame of spread) receive(frame)
  let at = 0
  return () => receive(spread[at++ % spread.length] as string)
}

function compare(
  title: string,
  runs: Record<string, Run>,
  input: readonly string[],
  goals: Record<string, Goal>,
): void {
  const times: Record<string, number[]> = {}
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const start = cpuTime()
      let count = 0
      let spent = 0
      for (; spent < ROUND; spent = cpuTime() - start) {
        for (const line of input) run(line)
        count += input.length
      }
      // The first rounds warm up.
      if (round >= 3) times[name] = [...(times[name] ?? []), (spent * 1000) / count]
    }
  }
  console.log(title)
  for (const [name, all] of Object.entries(times)) {
    const ratio = median(all.map((time, round) => time / (times['ours']?.[round] ?? Number.NaN)))
    const verdict = judge(ratio, goals[name])
    console.log(
      `  ${name}: ${median(all).toFixed(0)} ns a line${name === 'ours' ? '' : `, ${ratio.toFixed(2)} times ours${verdict}`}`,
    )
  }
}

const length = lines.reduce((sum, line) => sum + line.length, 0) / lines.length
console.log(
  `${lines.length} lines of ${length.toFixed(0)} characters on average, Node ${process.version}, ${ROUNDS} rounds.`,
)
compare('Parse, and read command, channel, name, colour and text:', fields, lines, {
  'tmi.js': { atLeast: 10 },
  'a loop over every character': { atLeast: 1 },
})
compare('Parse, and walk all tags:', allTags, lines, { 'tmi.js': { atLeast: 3 } })
compare('From a frame to the handler of the user:', await handlers(), frames, {
  'tmi.js': { atLeast: 5 },
  '@twurple/chat': { atLeast: 8 },
})
const [one, thousand] = [await crowd(1), await crowd(1000)]
compare('From a frame to the handler, by the number of channels:', { ours: one, '1,000 channels': thousand }, frames, {
  '1,000 channels': { atMost: 1.2 },
})
memory()
await fake()
await firehose()
console.log(sink === 0 ? 'Nothing was read.' : '')
process.exit(0)

function memory(): void {
  const few = median(allocations(one, frames, 100))
  const many = median(allocations(thousand, frames, 100))
  console.log('Bytes that a line takes from the heap, by the number of channels:')
  console.log(`  1 channel: ${few.toFixed(0)}`)
  console.log(
    `  1,000 channels: ${many.toFixed(0)}, ${(many / few).toFixed(2)} times as many${judge(many / few, { atMost: 1.2 })}`,
  )
}

async function fake(): Promise<void> {
  const counts = [1, 1000]
  const heard = await measureFake(counts)
  console.log('From a socket of the fake Twitch, its limits lifted, to the handler, by the number of channels:')
  for (const [index, { times, kept }] of heard.entries()) {
    const ratio = median(times.map((time, round) => time / (heard[0]?.times[round] ?? Number.NaN)))
    const compared = index === 0 ? '' : `, ${ratio.toFixed(2)} times as long${judge(ratio, { atMost: 1.2 })}`
    const bytes = `${median(kept).toFixed(2)} bytes kept of each${judge(median(kept), { atMost: 1 })}`
    console.log(`  ${counts[index]}: ${median(times).toFixed(1)} µs a line${compared}; ${bytes}`)
  }
}

async function firehose(): Promise<void> {
  const { version, clients } = await measureFirehose()
  console.log(`In Chromium ${version}, from a flooded socket to the handler of the user:`)
  const ours = clients.find(({ name }) => name === OURS)
  for (const { name, rates, costs } of clients) {
    const figures = `${Math.round(median(rates)).toLocaleString('en')} lines a second, ${median(costs).toFixed(2)} µs of the page's thread each`
    const slower = median(rates.map((rate, round) => (ours?.rates[round] ?? Number.NaN) / rate))
    const dearer = median(costs.map((cost, round) => cost / (ours?.costs[round] ?? Number.NaN)))
    const goal = name === BARE ? {} : { atLeast: 1 }
    const compared = `; ours reads ${slower.toFixed(2)} times as many${judge(slower, goal)}; each costs ${dearer.toFixed(2)} times ours${judge(dearer, goal)}`
    console.log(`  ${name}: ${figures}${name === OURS ? '' : compared}`)
  }
}
