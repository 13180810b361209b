import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type ChatRelay,
  createChatRelay,
  createTokenVault,
  type DurableObjectContext,
  type TokenVault,
  type TokenVaultOptions,
} from '../../src/cloudflare/index.ts'

interface Env {
  readonly ID: string
  readonly VAULTS: TokenVaultOptions['vaults']
}

const env: Env = { ID: 'client', VAULTS: { idFromName: (name) => name, get: () => undefined as never } }
const storage = { sql: { exec: () => ({ toArray: () => [] }) }, sync: async () => {} }
const ctx = { id: { toString: () => 'id' }, storage, waitUntil() {} } as unknown as DurableObjectContext
const optionsOf = ({ ID, VAULTS }: Env) => ({ clientId: ID, clientType: 'public' as const, vaults: VAULTS })

class Base {
  readonly given: readonly unknown[]
  constructor(...given: readonly unknown[]) {
    this.given = given
  }
}

describe('createTokenVault', () => {
  test('takes one function, and the object keeps its context and its bindings', async () => {
    class Vault extends createTokenVault<Env>((env) => optionsOf(env)) {
      mine() {
        return [this.ctx, this.env]
      }
    }
    const vault = new Vault(ctx, env)
    expectTypeOf(vault).toExtend<TokenVault>()
    expect(vault.mine()).toEqual([ctx, env])
    expect(await vault.clientId()).toBe('client')
  })

  test('takes a class to extend before it', async () => {
    class Vault extends createTokenVault(Base as new (ctx: DurableObjectContext, env: Env) => Base, optionsOf) {}
    const vault = new Vault(ctx, env)
    expect(vault.given).toEqual([ctx, env])
    expect(await vault.clientId()).toBe('client')
  })

  test.each<[string, (env: Env) => TokenVaultOptions]>([
    [
      'a function with a name',
      function options(env) {
        return optionsOf(env)
      },
    ],
    [
      'one that is bound',
      function (this: unknown, env: Env) {
        return optionsOf(env)
      }.bind(undefined),
    ],
  ])('takes %s', async (_, options) => {
    const Vault = createTokenVault<Env>(options)
    expect(await new Vault(ctx, env).clientId()).toBe('client')
  })

  test.each<[string, readonly unknown[]]>([
    ['nothing', []],
    ['the options themselves', [{ clientId: 'client' }]],
    ['a class alone', [Base]],
    ['null', [null]],
    ['text', ['class']],
    ['the options after a class', [Base, { clientId: 'client' }]],
    ['bindings before the function', [env, optionsOf]],
  ])('is told %s, and shows how it is called', (_, given) => {
    const call = () => (createTokenVault as (...given: readonly unknown[]) => unknown)(...given)
    expect(call).toThrow(TypeError)
    expect(call).toThrow('createTokenVault((env) => options), or createTokenVault(DurableObject, (env) => options)')
  })
})

test.each<[string, unknown, string]>([
  [
    'an option that does not exist',
    { ...optionsOf(env), foo: 1 },
    'createTokenVault has no option "foo". It has: clientId, ',
  ],
  ['no options, as of braces that make no object', undefined, 'createTokenVault takes an object with options: '],
  ['no binding', { ...optionsOf(env), vaults: undefined }, 'vaults must be the binding of this class.'],
])('a vault says when it is made with %s', async (_, options, said) => {
  const Vault = createTokenVault<Env>(() => options as TokenVaultOptions)
  await expect(new Vault(ctx, env).status()).rejects.toThrow(TypeError)
  await expect(new Vault(ctx, env).status()).rejects.toThrow(said)
})

describe('createChatRelay', () => {
  const ask = (relay: ChatRelay) => relay.fetch(new Request('https://relay.example/'))

  test('takes one function, or none', async () => {
    for (const Relay of [
      createChatRelay<Env>(({ ID }) => ({ mayJoin: (name) => name === ID })),
      createChatRelay<Env>(),
    ]) {
      class Mine extends Relay {
        mine() {
          return [this.ctx, this.env]
        }
      }
      const relay = new Mine(ctx as never, env)
      expect(relay.mine()).toEqual([ctx, env])
      expect((await ask(relay)).status).toBe(426)
    }
  })

  test('takes a class to extend, with or without a function', async () => {
    const Typed = Base as new (ctx: never, env: Env) => Base
    for (const Relay of [createChatRelay(Typed), createChatRelay(Typed, () => ({}))]) {
      const relay = new Relay(ctx as never, env)
      expect(relay.given).toEqual([ctx, env])
      expect((await ask(relay)).status).toBe(426)
    }
  })

  test('says when it is made with an option that does not exist', async () => {
    const Relay = createChatRelay<Env>(() => ({ foo: 1 }) as object)
    const sockets = { getWebSockets: () => [], storage: { deleteAlarm: async () => {} } }
    const relay = new Relay({ ...ctx, ...sockets } as never, env)
    const socket = { send() {}, close() {}, serializeAttachment() {}, deserializeAttachment: () => null }
    await expect(relay.webSocketMessage(socket, 'JOIN #juniper')).rejects.toThrow(
      'createChatRelay has no option "foo". It has: auth, ',
    )
  })

  test('shows how it is called', () => {
    expect(() => createChatRelay({} as never)).toThrow(TypeError)
    expect(() => createChatRelay({} as never)).toThrow('createChatRelay((env) => options)')
  })
})
