import { expect, test } from 'vitest'
import { MissingScopeError } from '../../../src/errors.ts'
import { signInWithDeviceCode } from '../../../src/token/index.ts'
import { ANN, createWorld, SCOPES } from '../support.ts'

test('who lacks a scope signs in for what is held and what is needed, and loses nothing', async () => {
  const { clock, twitch, openTab, issue } = createWorld()
  const { handler, manager } = openTab()
  await clock.until(handler.add(issue()))
  const error = await clock.until(manager.get({ scopes: [['bits:read', 'channel:bot']] }).catch((error) => error))
  expect(error).toBeInstanceOf(MissingScopeError)
  expect(error.missing).toEqual([['bits:read', 'channel:bot']])

  const scopes = await clock.until(handler.scopesToRequest(error))
  expect(scopes).toEqual([...SCOPES, 'bits:read'])
  const signIn = await clock.until(signInWithDeviceCode(handler, { scopes }))
  twitch.id.allow(signIn.userCode, ANN.login)
  await clock.until(signIn.completed)
  expect(await clock.until(manager.get({ scopes: ['bits:read', 'chat:edit'] }))).toMatchObject({ userId: ANN.id })
  expect(await handler.users()).toHaveLength(1)
})

test('what several tokens of one user hold counts together', async () => {
  const { clock, openTab, issue } = createWorld()
  const { handler } = openTab()
  await clock.until(handler.add(issue('ann', ['chat:read'])))
  await clock.until(handler.add(issue('ann', ['bits:read'])))
  expect((await clock.until(handler.scopesToRequest(['chat:edit']))).sort()).toEqual([
    'bits:read',
    'chat:edit',
    'chat:read',
  ])
})

test('nobody signed in has nothing to lose, and of several users one is named', async () => {
  const { clock, openTab, issue } = createWorld()
  const { handler } = openTab()
  expect(await clock.until(handler.scopesToRequest(['chat:read']))).toEqual(['chat:read'])
  await clock.until(handler.add(issue('ann')))
  await clock.until(handler.add(issue('ben', ['bits:read'])))
  await expect(clock.until(handler.scopesToRequest(['chat:read']))).rejects.toThrow('Several users')
  expect(await clock.until(handler.scopesToRequest(['chat:read'], '1002'))).toEqual(['bits:read', 'chat:read'])
  const missing = new MissingScopeError('', { missing: ['user:bot'], userId: '1002' })
  expect(await clock.until(handler.scopesToRequest(missing))).toEqual(['bits:read', 'user:bot'])
})
