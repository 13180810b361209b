import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import type { StoredRecord } from '../../src/stores/token-store.ts'
import { ANN, BEN, CLIENT_ID, createWorld } from './support.ts'

const HOUR = 3_600_000
const ANNS_KEY = `token:${CLIENT_ID}:${ANN.id}`

/** Ann, with a token for each list of scopes. */
async function signIn(...scopes: ('chat:read' | 'bits:read')[]) {
  const world = createWorld()
  const tab = world.openTab()
  for (const scope of scopes) await world.clock.until(tab.handler.add(world.issue('ann', [scope])))
  await world.clock.until(tab.manager.start())
  return { ...world, ...tab }
}

test('a user who signs out has no token any more, however long Twitch takes to revoke the first', async () => {
  const { clock, twitch, handler, manager } = await signIn('chat:read', 'bits:read')
  twitch.faults.add({ host: 'id', path: '/revoke', fault: { kind: 'hang' } })
  const out = manager.signOut(ANN.id)
  await clock.advance(1_000)
  expect(await handler.users()).toEqual([])
  await expect(clock.until(manager.get({ user: ANN.id, scopes: ['bits:read'] }))).rejects.toMatchObject({
    reason: 'signed-out',
  })
  await clock.until(out)
  manager.close()
})

test('all tokens of who signs out are revoked at once', async () => {
  const { clock, asked, twitch, manager } = await signIn('chat:read', 'bits:read')
  twitch.faults.add({ host: 'id', path: '/revoke', fault: { kind: 'hang' } })
  const out = manager.signOut(ANN.id)
  await clock.advance(1_000)
  expect(asked('/revoke')).toBe(2)
  await clock.until(out)
  manager.close()
})

test('a pair whose owner signs out before it has reached its place does not come back', async () => {
  const world = createWorld()
  const inner = memoryStore()
  let fails = true
  const store = {
    ...inner,
    async replace(key: string, version: number | undefined, next: StoredRecord) {
      if (fails && key === ANNS_KEY) throw new Error('the disk is full')
      return inner.replace(key, version, next)
    },
  }
  const { clock, openTab, issue } = world
  await expect(clock.until(openTab(store).handler.add(issue()))).rejects.toMatchObject({ name: 'StoreError' })
  fails = false
  const { manager, handler } = openTab(store)
  await clock.until(manager.signOut(ANN.id))
  await clock.until(manager.start())
  await clock.advance(2 * 60_000)
  expect(await handler.users()).toEqual([])
  expect(manager.status(ANN.id)).toMatchObject({ state: 'needs-login', reason: 'signed-out' })
  manager.close()
})

test('the only user signs out without being named, though the sign-in has ended', async () => {
  const { clock, twitch, manager } = await signIn('chat:read')
  twitch.id.disconnect('ann', CLIENT_ID)
  await clock.advance(HOUR + 60_000)
  expect(manager.status()).toMatchObject({ reason: 'refused', login: 'ann' })
  let changes = 0
  manager.subscribe(() => {
    changes += 1
  })
  await clock.until(manager.signOut())
  expect(manager.getSnapshot().accounts).toEqual([])
  expect(changes).toBeGreaterThan(0)
  manager.close()
})

test('one of several users is not signed out by chance', async () => {
  const { clock, issue, handler, manager } = await signIn('chat:read')
  await clock.until(handler.add(issue('ben')))
  await expect(clock.until(manager.signOut())).rejects.toThrow(`${ANN.id} (ann), ${BEN.id} (ben)`)
  manager.close()
})

test('nothing is left of the sign-ins of a user that have ended', async () => {
  const { clock, twitch, store, manager } = await signIn('chat:read', 'bits:read')
  twitch.id.disconnect('ann', CLIENT_ID)
  await clock.advance(HOUR + 60_000)
  expect((await store.keys()).filter((key) => key.startsWith(ANNS_KEY))).toHaveLength(2)
  await clock.until(manager.signOut(ANN.id))
  expect((await store.keys()).filter((key) => key.startsWith(ANNS_KEY))).toEqual([])
  expect(manager.getSnapshot().accounts).toEqual([])
  manager.close()
})

test('subscribers hear of a sign-in that ended where nobody here knew of it', async () => {
  const { clock, openTab } = createWorld()
  const { manager, store } = openTab()
  await clock.until(manager.start())
  let changes = 0
  manager.subscribe(() => {
    changes += 1
  })
  const ended = { format: 1, version: 5, clientId: CLIENT_ID, userId: ANN.id, login: 'ann', ended: 'lost-response' }
  await store.replace(ANNS_KEY, undefined, ended as StoredRecord)
  await clock.advance(2 * 60_000)
  expect(manager.status()).toMatchObject({ reason: 'lost-response', login: 'ann' })
  expect(changes).toBe(1)
  manager.close()
})
