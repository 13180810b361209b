import { describe, expect, it } from 'vitest'
import { missingScopes, readScopes, satisfies, scopesToRequest } from '../../src/oauth/scopes.ts'

describe('missingScopes', () => {
  it('is empty when nothing is needed', () => expect(missingScopes([], [])).toEqual([]))
  it('names every element that is not met', () =>
    expect(missingScopes(['chat:read'], ['chat:read', 'chat:edit', ['bits:read', 'user:bot']])).toEqual([
      'chat:edit',
      ['bits:read', 'user:bot'],
    ]))
  it('names what managers may read where nobody manages it', () =>
    expect(missingScopes(['chat:read', 'channel:manage:polls'], ['channel:read:vips', 'channel:read:polls'])).toEqual([
      'channel:read:vips',
    ]))
  it('is content with any one of an inner list', () =>
    expect(missingScopes(['moderator:read:followers'], [['moderation:read', 'moderator:read:followers']])).toEqual([]))
  it('has nothing that meets an empty inner list', () => expect(satisfies(['chat:read'], [[]])).toBe(false))
})

describe('satisfies', () => {
  it.each([
    ['channel:manage:polls', 'channel:read:polls'],
    ['channel:manage:redemptions', 'channel:read:redemptions'],
    ['moderator:manage:blocked_terms', 'moderator:read:blocked_terms'],
    ['user:manage:whispers', 'user:read:whispers'],
    ['user_read', 'user:read:email'],
    ['channel_editor', 'channel:manage:broadcast'],
    ['user:edit:broadcast', 'channel:manage:extensions'],
  ] as const)('%s does for %s', (held, needed) => {
    expect(satisfies([held], [needed])).toBe(true)
    expect(satisfies([held], [['openid', needed]])).toBe(true)
  })

  it.each([
    ['channel:read:polls', 'channel:manage:polls'],
    ['chat:edit', 'chat:read'],
    ['user:write:chat', 'user:read:chat'],
    ['moderator:manage:chat_settings', 'moderator:read:chat_settings'],
    ['channel:manage:moderators', 'moderation:read'],
    ['channel:manage:broadcast', 'user:read:broadcast'],
    ['user:edit', 'user:read:email'],
  ] as const)('%s does not do for %s', (held, needed) => expect(satisfies([held], [needed])).toBe(false))
})

describe('scopesToRequest', () => {
  it('keeps what is held and adds what is missing, each once', () =>
    expect(scopesToRequest(['chat:read', 'bits:read'], ['bits:read', ['chat:edit', 'user:bot']])).toEqual([
      'chat:read',
      'bits:read',
      'chat:edit',
    ]))
  it('asks for no scope that Twitch no longer grants', () =>
    expect(scopesToRequest(['user_read', 'chat_login', 'whispers:edit', 'user:edit:follows', 'openid'], [])).toEqual([
      'user:read:email',
      'openid',
    ]))
})

describe('readScopes', () => {
  it.each<[unknown, string[]]>([
    [
      ['a', 'b', 'a'],
      ['a', 'b'],
    ],
    ['a b', ['a', 'b']],
    [[''], []],
    ['', []],
    [null, []],
    [undefined, []],
    [[1, null, {}, 'a'], ['a']],
    [{ length: 2 }, []],
    [['a b'], ['a', 'b']],
  ])('reads %j', (value, scopes) => expect(readScopes(value)).toEqual(scopes))
})
