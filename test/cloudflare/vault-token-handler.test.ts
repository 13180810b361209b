import { expect, test, vi } from 'vitest'
import { VaultTokenHandler } from '../../src/cloudflare/index.ts'

const get = vi.fn()
const handler = new VaultTokenHandler({ idFromName: (name) => name, get })

test.each<[string, unknown]>([
  ['a number', 1001],
  ['a login', 'ann'],
  ['nothing', ''],
  ['the vault of the app', 'app'],
  ['that of a sign-in', 'sign-in:1'],
])('%s is no user id, and no vault is asked', async (_, user) => {
  const wrong = { name: 'TypeError', message: expect.stringContaining('user must be a user id') }
  await expect(handler.get({ user: user as string })).rejects.toMatchObject(wrong)
  await expect(handler.status(user as string)).rejects.toMatchObject(wrong)
  await expect(handler.signOut(user as string)).rejects.toMatchObject(wrong)
  await expect(handler.getUserToken(user as string, [])).rejects.toMatchObject(wrong)
  expect(get).not.toHaveBeenCalled()
})
