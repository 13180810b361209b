import { hash, type Random } from './random.ts'
import { check, flag, needed, noSuch, oneOf, type Shape, text } from './shape.ts'
import type { FakeUser, FakeUserOptions, UserDirectory } from './world.ts'

/** The colours Twitch deals out to those who chose none. */
const NAME_COLORS = [
  '#FF0000',
  '#0000FF',
  '#008000',
  '#B22222',
  '#FF7F50',
  '#9ACD32',
  '#FF4500',
  '#2E8B57',
  '#DAA520',
  '#D2691E',
  '#5F9EA0',
  '#1E90FF',
  '#FF69B4',
  '#8A2BE2',
  '#00FF7F',
] as const

/** What can be changed of a user. */
export const USER_CHANGES: Shape<Omit<FakeUserOptions, 'id' | 'login'>> = {
  displayName: text,
  color: text,
  type: oneOf('', 'admin', 'global_mod', 'staff'),
  broadcasterType: oneOf('', 'affiliate', 'partner'),
  description: text,
  profileImageUrl: text,
  email: text,
  emailVerified: flag,
  createdAt: text,
  verifiedBot: flag,
  suspended: flag,
}

const USER: Shape<FakeUserOptions> = { login: needed(text), id: text, ...USER_CHANGES }

export function createUserDirectory(random: Random, cdn: string): UserDirectory {
  const byLogin = new Map<string, FakeUser>()
  const byId = new Map<string, FakeUser>()
  return {
    byLogin: (login) => byLogin.get(login),
    byId: (id) => byId.get(id),
    all: () => [...byId.values()],
    add(options) {
      const user = createUser(options, random, cdn)
      if (byLogin.has(user.login)) throw new TypeError(`There is a user ${user.login} already.`)
      if (byId.has(user.id)) throw new TypeError(`There is a user with the id ${user.id} already.`)
      byLogin.set(user.login, user)
      byId.set(user.id, user)
      return user
    },
  }
}

/** @throws {TypeError} There is no such user. */
export function userOf(users: UserDirectory, login: string): FakeUser {
  const found = users.byLogin(login)
  if (found !== undefined) return found
  throw noSuch(
    'user',
    login,
    users.all().map((user) => user.login),
  )
}

function createUser(options: FakeUserOptions, random: Random, cdn: string): FakeUser {
  check('A user', options, USER)
  const { login } = options
  if (!/^[a-z0-9_]{1,25}$/.test(login)) {
    throw new TypeError(`"${login}" is no login: 1 to 25 of a-z, 0-9 and _.`)
  }
  return Object.seal({
    id: options.id ?? String(random.integer(10_000_000, 999_999_999)),
    login,
    displayName: options.displayName ?? login,
    color: options.color ?? NAME_COLORS[hash(login) % NAME_COLORS.length] ?? '',
    type: options.type ?? '',
    broadcasterType: options.broadcasterType ?? '',
    description: options.description ?? '',
    profileImageUrl: options.profileImageUrl ?? `${cdn}/jtv_user_pictures/${login}-profile_image-300x300.png`,
    email: 'email' in options ? options.email : `${login}@example.com`,
    emailVerified: options.emailVerified ?? true,
    createdAt: options.createdAt ?? '2016-12-14T20:32:28Z',
    verifiedBot: options.verifiedBot ?? false,
    suspended: options.suspended ?? false,
  })
}
