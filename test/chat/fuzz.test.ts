import { expect, test } from 'vitest'
import { fragments } from '../../src/chat/fragments.ts'
import { parseIrcMessage } from '../../src/chat/irc-message.ts'
import { MessageView } from '../../src/chat/messages.ts'
import { createCorpus } from '../bench/chat-corpus.ts'

const LINES = 1_000_000
const PIECES = [
  '@',
  ':',
  ' ',
  ';',
  '=',
  '\\',
  '\\s',
  ',',
  '/',
  '-',
  '\x01ACTION ',
  '\0',
  '\ud83d',
  '😂',
  '#',
  '!',
  '  ',
  ';id=',
  'emotes=25:0-',
  'PRIVMSG',
]

test('a million lines with holes, doubles and strange pieces: nothing throws, and what is read is there', () => {
  const corpus = createCorpus(500, 7)
  let state = 42
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const names = ['id', 'badges', 'emotes', 'user-type', 'nothing']
  const getters = Object.keys(Object.getOwnPropertyDescriptors(MessageView.prototype)).filter(
    (name) => name !== 'constructor',
  )
  let read = 0
  for (let index = 0; index < LINES; index += 1) {
    let line = corpus[index % corpus.length] as string
    for (let cuts = 1 + random(3); cuts > 0; cuts -= 1) {
      const from = random(line.length)
      line = line.slice(0, from) + PIECES[random(PIECES.length)] + line.slice(from + random(8))
    }
    const message = parseIrcMessage(line)
    if (message === undefined) continue
    read += 1
    if (message.command === '' || !line.startsWith(message.raw)) expect(message).toBe('a line with a command')
    const name = names[index % names.length] as string
    const value = message.tag(name)
    if (value !== undefined && index % 10 === 0) expect(message.tags.get(name)).toBe(value)
    if (index % 20 > 0) continue
    const view = new MessageView(message)
    for (const getter of getters) void (view as unknown as Record<string, unknown>)[getter]
    const pieces = fragments(view)
    if (pieces.map(({ text }) => text).join('') !== view.text) expect(pieces).toBe(view.text)
  }
  expect(read).toBeGreaterThan(LINES / 2)
}, 120_000)
