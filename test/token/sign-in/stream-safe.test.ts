import { afterEach, expect, test, vi } from 'vitest'
import { createFakeClock } from '../../../src/testing/index.ts'
import { type DeviceCodeSignIn, streamSafe } from '../../../src/token/index.ts'

const CODE = 'ABCDEFGH'

interface Obs {
  /** A dock is never answered. */
  readonly kind: 'source' | 'dock' | 'none'
  /** `undefined`: the source may not ask. */
  readonly streaming?: boolean
}

/** A page in OBS, or not, and a sign-in on it. */
function open({ kind, streaming }: Obs) {
  const clock = createFakeClock()
  const target = new EventTarget()
  vi.stubGlobal('document', {})
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
  const answer = (value: unknown) => (callback: (value: unknown) => void) => {
    if (kind === 'source' && value !== undefined) clock.setTimeout(() => callback(value), 10)
  }
  const status = streaming === undefined ? undefined : { streaming, recording: false }
  if (kind !== 'none') vi.stubGlobal('obsstudio', { getControlLevel: answer(1), getStatus: answer(status) })
  let complete = () => {}
  const signIn: DeviceCodeSignIn = {
    userCode: CODE,
    verificationUri: `https://www.twitch.tv/activate?device-code=${CODE}`,
    expiresAt: 1,
    completed: new Promise((resolve) => {
      complete = () => resolve({ id: '1', login: 'ann', scopes: [], expiresAt: undefined })
    }),
    cancel() {},
  }
  return {
    clock,
    complete: () => complete(),
    happens: (type: string) => target.dispatchEvent(new Event(type)),
    safe: () =>
      streamSafe(signIn, {
        platform: {
          setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
          clearTimeout: (timer) => clock.clearTimeout(timer),
        },
      }),
  }
}

afterEach(() => vi.unstubAllGlobals())

test.each<[string, Obs, boolean]>([
  ['a source while OBS streams', { kind: 'source', streaming: true }, false],
  ['a source that OBS does not answer', { kind: 'source' }, false],
  ['a source while OBS does not stream', { kind: 'source', streaming: false }, true],
  ['a dock, which only the streamer sees', { kind: 'dock', streaming: true }, true],
  ['a page outside OBS', { kind: 'none' }, true],
])('%s has the code or has it not', async (_place, obs, shown) => {
  const { clock, safe } = open(obs)
  const signIn = await clock.until(safe())
  expect(signIn.userCode).toBe(shown ? CODE : undefined)
  expect(signIn.verificationUri?.includes(CODE) ?? false).toBe(shown)
  expect(signIn.withheld === undefined).toBe(shown)
  expect(JSON.stringify(signIn).includes(CODE)).toBe(shown)
})

test('the code goes before a stream begins, and comes back when it is over', async () => {
  const { clock, happens, safe } = open({ kind: 'source', streaming: false })
  const signIn = await clock.until(safe())
  const seen: unknown[] = []
  const end = signIn.subscribe(() => seen.push(signIn.userCode))
  for (const type of ['obsStreamingStarting', 'obsStreamingStarted', 'obsStreamingStopping', 'obsStreamingStopped']) {
    happens(type)
  }
  expect(seen).toEqual([undefined, CODE])
  end()
  happens('obsStreamingStarted')
  expect(seen).toHaveLength(2)
})

test('a stream that begins while OBS is being asked withholds the code', async () => {
  const { clock, happens, safe } = open({ kind: 'source', streaming: false })
  const signing = safe()
  await clock.advance(15)
  happens('obsStreamingStarting')
  const signIn = await clock.until(signing)
  expect(signIn.userCode).toBeUndefined()
})

test('nothing is listened to once the sign-in is over', async () => {
  const { clock, complete, happens, safe } = open({ kind: 'source', streaming: false })
  const signIn = await clock.until(safe())
  complete()
  await clock.settle()
  happens('obsStreamingStarted')
  expect(signIn.userCode).toBe(CODE)
})
