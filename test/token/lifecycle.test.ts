import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { BaseTokenHandler, TokenManager } from '../../src/token/index.ts'
import { ANN, CLIENT_ID, createWorld } from './support.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

test('a manager that was closed and started again tells all that it told before', async () => {
  const { clock, asked, openTab, issue } = createWorld()
  const { handler, manager } = openTab()
  await clock.until(handler.add(issue()))
  const steps: string[] = []
  manager.on('trace', ({ step }) => steps.push(step))
  await clock.until(manager.start())
  manager.close()
  await clock.until(manager.start())
  await clock.advance(4 * HOUR)
  expect(asked('/token')).toBe(1)
  expect(steps.filter((step) => step === 'send')).toHaveLength(1)
  manager.close()
})

test('a manager without timers that was closed and started again hears of others', async () => {
  const { clock, openTab, issue } = createWorld()
  const store = memoryStore()
  const there = openTab(store)
  const manager = new TokenManager(openTab(store).handler, { timers: false })
  await clock.until(manager.start())
  await clock.until(there.handler.add(issue()))
  manager.close()
  await clock.until(manager.start())
  await clock.until(there.manager.signOut(ANN.id))
  await clock.settle()
  expect(manager.status(ANN.id)).toMatchObject({ state: 'needs-login' })
  manager.close()
})

test('a manager that is closed while it starts listens to nobody, and asks nobody', async () => {
  const { clock, asked, place, openTab, issue } = createWorld()
  let open = 0
  const platform = place.platform()
  const channel = (name: string) => {
    open += 1
    const opened = platform.channel?.(name)
    return {
      ...(opened as NonNullable<typeof opened>),
      close() {
        open -= 1
        opened?.close()
      },
    }
  }
  const { handler, manager } = openTab(memoryStore(), { ...platform, channel })
  await clock.until(handler.add(issue()))
  await clock.advance(HOUR)
  const before = asked('/validate')
  const started = manager.start()
  manager.close()
  await clock.until(started)
  await clock.advance(HOUR)
  expect(open).toBe(0)
  expect(asked('/validate')).toBe(before)
})

test('a handler that never says which app it is for is asked twice, and then it is told', async () => {
  const { clock, twitch } = createWorld()
  let asked = 0
  class Silent extends BaseTokenHandler {
    override getClientCredentials() {
      asked += 1
      return new Promise<never>(() => {})
    }
  }
  const manager = new TokenManager(new Silent(twitch.platform), { timers: false })
  const all = Array.from({ length: 5 }, () => manager.maintain().catch((error: unknown) => error))
  for (const error of await clock.until(Promise.all(all)))
    expect(error).toMatchObject({ name: 'HandlerError', method: 'getClientCredentials' })
  expect(asked).toBe(2)
})

test('fifteen hundred users are validated a few at a time', async () => {
  const users = Array.from({ length: 1500 }, (_, index) => ({ id: String(5000 + index), login: `user${index}` }))
  const { clock, twitch, asked, openTab, issue } = createWorld({ users })
  const { handler, manager } = openTab()
  for (const { login } of users) await clock.until(handler.add(issue(login)))
  await clock.advance(2 * HOUR)
  const before = asked('/validate')
  twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'hang' } })
  await clock.until(manager.start())
  await clock.advance(1_000)
  expect(asked('/validate') - before).toBeGreaterThan(0)
  expect(asked('/validate') - before).toBeLessThanOrEqual(12)
  manager.close()
})

test('a token whose renewal nobody can tell about is validated by the hour to its end', async () => {
  const { clock, asked, openTab, issue } = createWorld({ accessTokenLifetime: 20 * 24 * 3_600 })
  const { handler, manager, store } = openTab()
  await clock.until(handler.add(issue()))
  await clock.until(manager.start())
  await clock.advance(17 * DAY)
  const key = `token:${CLIENT_ID}:${ANN.id}`
  const record = await store.get(key)
  const version = record?.version ?? 0
  const mark = { id: 'of a page that is gone', at: clock.now(), attempt: 1 }
  await store.replace(key, version, { ...record, version: version + 1, mark } as never)
  await clock.advance(2 * DAY)
  expect(manager.status()).toMatchObject({ state: 'degraded', why: expect.stringContaining('used to its end') })
  const before = { validations: asked('/validate'), renewals: asked('/token') }
  await clock.advance(6 * HOUR)
  expect(asked('/validate') - before.validations).toBeGreaterThanOrEqual(6)
  expect(asked('/token')).toBe(before.renewals)
  expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
  manager.close()
})
