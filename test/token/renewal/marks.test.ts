import { expect, test } from 'vitest'
import { resolvePlatform } from '../../../src/internal/platform.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { createFakeClock } from '../../../src/testing/index.ts'
import { RecordBook } from '../../../src/token/record-book.ts'
import { Marks } from '../../../src/token/renewal/marks.ts'

const mark = { id: 'of another page', at: 0, attempt: 1 }

function watchMarks() {
  const clock = createFakeClock()
  const platform = resolvePlatform({ ...clock, channel: undefined })
  return { clock, marks: new Marks(new RecordBook(memoryStore(), 'app', platform), platform, () => {}) }
}

test('a mark has stood for as long as it was looked at', async () => {
  const { clock, marks } = watchMarks()
  expect(marks.stoodFor('key', mark)).toBe(0)
  for (let look = 0; look < 8; look += 1) {
    await clock.advance(5_000)
    marks.stoodFor('key', mark)
  }
  expect(marks.stoodFor('key', mark)).toBe(40_000)
})

test('a machine that slept has watched nothing: a request may be on its way still when it wakes up', async () => {
  const { clock, marks } = watchMarks()
  marks.stoodFor('key', mark)
  await clock.advance(5 * 3_600_000)
  expect(marks.stoodFor('key', mark)).toBe(20_000)
})

test('another mark is watched from its own first look', async () => {
  const { clock, marks } = watchMarks()
  marks.stoodFor('key', mark)
  await clock.advance(10_000)
  expect(marks.stoodFor('key', { ...mark, id: 'of a third page' })).toBe(0)
})
