import { describe, test } from 'vitest'
import { indexedDBStore, localStorageStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'

describe('indexedDBStore', () => {
  for (const { name, run } of tokenStoreCases((name) => indexedDBStore({ name }))) test(name, run)
})

describe('localStorageStore', () => {
  const create = (name: string) => localStorageStore({ name })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'racy' })) test(name, run)
})
