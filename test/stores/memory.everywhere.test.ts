import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/index.ts'

test('every memory store is empty and has a name of its own', async () => {
  const first = memoryStore()
  const second = memoryStore()
  await first.replace('key', undefined, { version: 1 })
  expect(await second.get('key')).toBeUndefined()
  expect(first.name).not.toBe(second.name)
  expect(first.name).toBe(first.name.slice())
  expect(first.durable).toBe(false)
})
