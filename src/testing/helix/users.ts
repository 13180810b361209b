import type { FakeUser } from '../world.ts'
import { type HelixReply, type HelixRequest, helixError } from './request.ts'
import { findUser, type HelixState } from './state.ts'

/** `GET /users`. Without parameters: the user of the token. */
export function getUsers(state: HelixState, { query, owner }: HelixRequest): HelixReply {
  const ids = query.getAll('id')
  const logins = query.getAll('login')
  if (ids.length + logins.length > 100) return helixError(400, 'Too many ID and login parameters: at most 100.')
  if (ids.length + logins.length === 0) {
    if (owner.user === undefined) return helixError(400, 'Must provide an ID, Login or OAuth Token.')
    ids.push(owner.user.id)
  }
  const found = new Set<FakeUser>()
  for (const id of ids) {
    const user = findUser(state, id)
    if (user !== undefined) found.add(user)
  }
  for (const login of logins) {
    const user = state.world.users.byLogin(login.toLowerCase())
    if (user !== undefined && !user.suspended) found.add(user)
  }
  const mayReadEmail = (user: FakeUser) => user === owner.user && owner.scopes.includes('user:read:email')
  return { body: { data: [...found].map((user) => spellUser(user, mayReadEmail(user))) } }
}

function spellUser(user: FakeUser, withEmail: boolean): Record<string, unknown> {
  return {
    id: user.id,
    login: user.login,
    display_name: user.displayName,
    type: user.type,
    broadcaster_type: user.broadcasterType,
    description: user.description,
    profile_image_url: user.profileImageUrl,
    offline_image_url: '',
    view_count: 0,
    email: withEmail ? user.email : undefined,
    created_at: user.createdAt,
  }
}
