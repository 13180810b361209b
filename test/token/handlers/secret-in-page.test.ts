import { afterEach, expect, test, vi } from 'vitest'
import { SimpleTokenHandler } from '../../../src/token/index.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a client secret in a page is warned of loudly, and not repeated', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  new SimpleTokenHandler('access', 'client', { clientSecret: 'secret-of-the-app' })
  expect(warn).not.toHaveBeenCalled()
  vi.stubGlobal('document', {})
  new SimpleTokenHandler('access', 'client')
  expect(warn).not.toHaveBeenCalled()
  new SimpleTokenHandler('access', 'client', { clientSecret: 'secret-of-the-app' })
  expect(warn).toHaveBeenCalledOnce()
  expect(warn.mock.lastCall?.join()).toMatch(/client secret in a page/)
  expect(warn.mock.lastCall?.join()).not.toContain('secret-of-the-app')
})
