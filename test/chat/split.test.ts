import { expect, test } from 'vitest'
import { splitText } from '../../src/chat/split.ts'
import { fc } from '../setup/fast-check.ts'

test('cuts between words, and keeps every character', () => {
  expect(splitText('one two three', 7)).toEqual(['one ', 'two ', 'three'])
  expect(splitText('one two', 7)).toEqual(['one two'])
  expect(splitText('one two three', 8)).toEqual(['one two ', 'three'])
  expect(splitText('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
})

test('no part starts like a command', () => {
  expect(splitText('one two /three', 9)).toEqual(['one ', 'two /thre', 'e'])
  expect(splitText('hello /ban me', 8)).toEqual(['hello /b', 'an me'])
  expect(splitText('hello  /ban', 6)).toEqual(['hell', 'o  /ba', 'n'])
  expect(splitText('/////////', 4)).toEqual(['////', '////', '/'])
})

test('no part is too long or cuts a code point, and together they are the text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '/', '😂', 'é', '.'), maxLength: 200 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (whole, limit) => {
      const parts = splitText(whole, limit)
      expect(parts.join('')).toBe(whole)
      for (const part of parts) {
        expect(part).not.toBe('')
        expect([...part].length).toBeLessThanOrEqual(limit)
        expect(part.isWellFormed?.() ?? true).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})
