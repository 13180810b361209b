import { IDBFactory } from 'fake-indexeddb'
import { describe, test } from 'vitest'
import { indexedDBStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'

describe('indexedDBStore', () => {
  const indexedDB = new IDBFactory()
  for (const { name, run } of tokenStoreCases((name) => indexedDBStore({ name, indexedDB }))) test(name, run)
})
