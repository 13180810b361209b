import { expect, test, vi } from 'vitest'
import { checkName, corruptRecord, isRecord, isTombstone, report, takeRecord } from '../../src/stores/record.ts'

test('takes for a record only what has a version that is a positive safe integer', () => {
  for (const value of [
    { version: 1 },
    { version: Number.MAX_SAFE_INTEGER, any: 'thing' },
    { version: 2, deleted: true },
  ]) {
    expect(isRecord(value), JSON.stringify(value)).toBe(true)
  }
  const corrupt: unknown[] = [undefined, null, 1, 'text', [], {}, { version: '1' }, { version: 0 }, { version: -1 }]
  corrupt.push({ version: 1.5 }, { version: Number.NaN }, { version: 2 ** 53 })
  corrupt.push({ version: 1, deleted: false }, { version: 1, deleted: 'yes' })
  for (const value of corrupt) expect(isRecord(value), JSON.stringify(value)).toBe(false)
})

test('takes a corrupt record for no tombstone', () => {
  expect(isTombstone({ version: 1, deleted: true })).toBe(true)
  expect(isTombstone({ version: 0, deleted: true })).toBe(false)
  expect(isTombstone({ version: 1 })).toBe(false)
})

test('refuses what is no plain data with a TypeError', () => {
  expect(() => takeRecord(undefined, { version: 1, call: () => {} } as never)).toThrow(TypeError)
})

test('refuses versions that do not grow with a RangeError that names both', () => {
  expect(() => takeRecord(7, { version: 7 })).toThrow(
    new RangeError("A record's version must grow: 7 cannot follow 7."),
  )
  expect(() => takeRecord(Number.NaN, { version: 7 })).toThrow(RangeError)
})

test('gives a corrupt record a version above any that counting reaches, and unlike the one before', () => {
  const versions = new Set(Array.from({ length: 50 }, () => corruptRecord().version))
  expect(versions.size).toBeGreaterThan(40)
  for (const version of versions) {
    expect(Number.isSafeInteger(version)).toBe(true)
    expect(version).toBeGreaterThan(1e15)
  }
})

test('refuses a name that could be taken for another one with a key', () => {
  for (const name of ['', 'a:b', 'a!b', 'a b', 'ä']) expect(() => checkName(name)).toThrow(RangeError)
  for (const name of ['twitch-keyring', 'My_app.2']) checkName(name)
})

test('reports in a turn of its own', async () => {
  const onProblem = vi.fn()
  report(onProblem, 'It was lost.', 'key')
  expect(onProblem).not.toHaveBeenCalled()
  await Promise.resolve()
  expect(onProblem).toHaveBeenCalledWith(expect.objectContaining({ reason: 'corrupt', message: 'It was lost.' }), 'key')
  report(undefined, 'Nobody listens.', 'key')
})
