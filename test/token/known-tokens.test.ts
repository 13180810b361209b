import { expect, test } from 'vitest'
import { KnownTokens, type TokenNews } from '../../src/token/known-tokens.ts'
import { endRecord, type TokenRecord } from '../../src/token/renewal/record.ts'
import { ANN, CLIENT_ID, createWorld } from './support.ts'

test('a reading of the store that comes back late revives nobody', async () => {
  const { clock, openTab, issue } = createWorld()
  const { handler, store } = openTab()
  await clock.until(handler.add(issue()))
  const key = `token:${CLIENT_ID}:${ANN.id}`
  const living = (await store.get(key)) as TokenRecord
  const heard: string[] = []
  const news = new Proxy({} as TokenNews, { get: (_, name) => () => heard.push(String(name)) })
  const known = new KnownTokens(handler.keyring, news)
  known.learn(key, living, 'here')
  known.learn(key, endRecord(living, 'refused'), 'elsewhere')
  known.learn(key, living, 'elsewhere')
  expect(known.find(key)).toBeUndefined()
  expect(heard.filter((name) => name !== 'changed')).toEqual(['signedIn', 'needsLogin'])
})
