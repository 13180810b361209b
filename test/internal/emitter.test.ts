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
