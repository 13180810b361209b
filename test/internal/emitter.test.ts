import { expect, test } from 'vitest'
import { ChatReader } from '../../src/chat/index.ts'
import { Emitter } from '../../src/internal/emitter.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { StoredTokenHandler, TokenManager } from '../../src/token/index.ts'

class Doors extends Emitter<{ opened: string; closed: string }> {
  constructor() {
    super({ opened: true, closed: true })
  }
}

class Bell extends Emitter<{ rung: number }> {
  constructor() {
    super({ rung: true })
  }

  ring(times: number): void {
    this.emit('rung', times)
  }
}

test('an event that does not exist is refused, with the names of those that do', () => {
  const doors = new Doors()
  const refusal = new TypeError('There is no event "slammed". There are: opened, closed.')
  expect(() => doors.on('slammed' as 'closed', () => {})).toThrow(refusal)
  expect(() => doors.events('slammed' as 'closed')).toThrow(refusal)
  expect(() => doors.on('toString' as 'closed', () => {})).toThrow('There is no event "toString"')
})

test('who comes from another chat library hears at once what its "message" is called here', () => {
  expect(() => new ChatReader().on('message' as 'privmsg', () => {})).toThrow(/no event "message".* privmsg, /)
})

test('a misspelled event of a manager is refused', () => {
  const handler = new StoredTokenHandler({ clientId: 'app', clientType: 'public', store: memoryStore() })
  expect(() => new TokenManager(handler).on('refreshed' as 'warning', () => {})).toThrow(/tokenRefreshed/)
})

test('a listener that is no function is refused', () => {
  expect(() => new Doors().on('opened', 'open' as never)).toThrow(new TypeError('The listener must be a function.'))
})

test('events that are asked for ahead come to each who asked, in the order asked', async () => {
  const bell = new Bell()
  const rings = bell.events('rung')
  const asked = [rings.next(), rings.next(), rings.next()]
  bell.ring(1)
  bell.ring(2)
  expect(await asked[0]).toEqual({ done: false, value: 1 })
  expect(await asked[1]).toEqual({ done: false, value: 2 })
  await rings.return?.()
  expect(await asked[2]).toEqual({ done: true, value: undefined })
})

test('events with a signal that is aborted already listen to nothing', async () => {
  let listening = 0
  class Counted extends Doors {
    override on(...given: Parameters<Doors['on']>) {
      const end = super.on(...given)
      listening += 1
      return () => {
        listening -= 1
        end()
      }
    }
  }
  const events = new Counted().events('opened', { signal: AbortSignal.abort(new Error('too late')) })
  expect(listening).toBe(0)
  await expect(events.next()).rejects.toThrow('too late')
})

test('a listener of what was dropped that throws ends no loop', async () => {
  const bell = new Bell()
  const onDropped = () => {
    throw new Error('the log is full')
  }
  const rings = bell.events('rung', { limit: 1, onDropped })
  bell.ring(1)
  bell.ring(2)
  await expect(rings.next()).rejects.toThrow('the log is full')
  expect(await rings.next()).toEqual({ done: false, value: 2 })
})

test.each([0, Number.NaN])('a loop over events that may keep %s of them is refused', (limit) => {
  expect(() => new Doors().events('opened', { limit })).toThrow(RangeError)
})
