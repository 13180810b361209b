import { describe, test } from 'vitest'
import { localStorageStore, memoryStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import { FakeStorage } from './fake-storage.ts'

describe('memoryStore', () => {
  for (const { name, run } of tokenStoreCases((name) => memoryStore({ name }), { shared: false })) test(name, run)
})

describe('localStorageStore', () => {
  const storage = new FakeStorage()
  const create = (name: string) => localStorageStore({ name, storage })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'racy' })) test(name, run)
})
