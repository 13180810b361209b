import { expect, test } from 'vitest'
import { formatIrcMessage } from '../../src/chat/format-irc-message.ts'
import { parseIrcMessage } from '../../src/chat/irc-message.ts'
import { fc } from '../setup/fast-check.ts'

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  // Pieces of the grammar in any order hit more of it than chance does.
  fc
    .array(
      fc.oneof(
        fc.constantFrom('@', ':', ' ', ';', '=', '\\', '\r', '\n', '!', '#a', 'PRIVMSG', 'id', 'id=1', '\0'),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
)

test('no string makes the parser throw, and every part of what it reads can be asked for', () => {
  fc.assert(
    fc.property(line, (raw) => {
      const message = parseIrcMessage(raw)
      if (message === undefined) return
      expect(message.command).not.toBe('')
      expect(raw.startsWith(message.raw)).toBe(true)
      void message.params
      void message.prefix
      expect(new Set(message.tags.keys()).size).toBe(message.tags.size)
      for (const [key, value] of message.tags) expect(message.tag(key)).toBe(value)
    }),
    { numRuns: 3000 },
  )
})

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replace(/[\r\n\0]/g, ''))
const word = text.map((value) => value.replace(/ |^:+/g, '')).filter((value) => value !== '' && !/^[:@]/.test(value))
const key = word.map((value) => value.replace(/[;=]/g, '')).filter((value) => value !== '')
const value = fc.string({ unit: 'binary', maxLength: 20 }).map((any) => any.replaceAll('\0', ''))
const name = word.map((any) => any.replace(/[!@.]/g, '')).filter((any) => any !== '')

test('what is formatted is read back the same', () => {
  const parts = fc.record({
    tags: fc.array(fc.tuple(key, value), { maxLength: 6 }).map((pairs) => new Map(pairs)),
    prefix: fc.option(fc.record({ nick: name, user: name, host: name }), { nil: undefined }),
    command: word,
    params: fc
      .tuple(fc.array(word, { maxLength: 4 }), fc.option(text, { nil: undefined }))
      .map(([words, last]) => (last === undefined ? words : [...words, last])),
  })
  fc.assert(
    fc.property(parts, (sent) => {
      const message = parseIrcMessage(formatIrcMessage(sent))
      expect(message?.command).toBe(sent.command)
      expect(message?.params).toEqual(sent.params)
      expect(message?.prefix).toEqual(sent.prefix)
      expect([...(message?.tags ?? [])]).toEqual([...sent.tags])
    }),
    { numRuns: 1000 },
  )
})
