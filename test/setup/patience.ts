import { vi } from 'vitest'

/** As for `expect.poll`, which the configuration knows: what is waited for has more than the one second that is the default. */
const timeout = 30_000

const { waitFor, waitUntil } = vi
type Options = number | { timeout?: number; interval?: number }
const patient = (options: Options = {}) => (typeof options === 'number' ? options : { timeout, ...options })

vi.waitFor = (callback, options) => waitFor(callback, patient(options))
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options))
