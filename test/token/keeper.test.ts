import { expect, test } from 'vitest'
import { Keeper, type KeeperNews } from '../../src/token/keeper.ts'
import { endRecord, type TokenRecord } from '../../src/token/renewal/record.ts'
import { ANN, CLIENT_ID, createWorld } from './support.ts'

test('a reading of the store that comes back late revives nobody', async () => {
  const { clock, openTab, issue } = createWorld()
  const { handler, store } = openTab()
  await clock.until(handler.add(issue()))
  const key = `token:${CLIENT_ID}:${ANN.id}`
  const living = (await store.get(key)) as TokenRecord
  const heard: string[] = []
  const news = new Proxy({} as KeeperNews, { get: (_, name) => () => heard.push(String(name)) })
  const keeper = new Keeper(handler.keyring, news)
  keeper.learn(key, living, 'here')
  keeper.learn(key, endRecord(living, 'refused'), 'elsewhere')
  keeper.learn(key, living, 'elsewhere')
  expect(keeper.find(key)).toBeUndefined()
  expect(heard.filter((name) => name !== 'changed')).toEqual(['signedIn', 'needsLogin'])
})
