import { page } from './page.ts'
import { type HelixReply, type HelixRequest, helixError, missingParameter } from './request.ts'
import { channelOf, findUser, type HelixState } from './state.ts'

/** `GET /channels` */
export function getChannels(state: HelixState, { query }: HelixRequest): HelixReply {
  const ids = query.getAll('broadcaster_id')
  if (ids.length === 0) return missingParameter('broadcaster_id')
  if (ids.length > 100) return helixError(400, 'Too many broadcaster_id parameters: at most 100.')
  const users = [...new Set(ids)].map((id) => findUser(state, id)).filter((user) => user !== undefined)
  const data = users.map((user) => {
    const { title, gameId, gameName, language, tags } = channelOf(state, user)
    return {
      broadcaster_id: user.id,
      broadcaster_login: user.login,
      broadcaster_name: user.displayName,
      broadcaster_language: language,
      game_id: gameId,
      game_name: gameName,
      title,
      delay: 0,
      tags,
      content_classification_labels: [],
      is_branded_content: false,
    }
  })
  return { body: { data } }
}

/** `GET /channels/followers`: the list for the broadcaster and moderators, the total for all. */
export function getFollowers(state: HelixState, request: HelixRequest): HelixReply {
  const { query, owner } = request
  const id = query.get('broadcaster_id')
  if (!id) return missingParameter('broadcaster_id')
  const broadcaster = findUser(state, id)
  if (broadcaster === undefined) return helixError(400, 'The ID in broadcaster_id does not exist.')
  const userId = query.get('user_id')
  const all = state.followers.get(id) ?? []
  const total = all.length
  const { user } = owner
  const isAllowed =
    user !== undefined &&
    owner.scopes.includes('moderator:read:followers') &&
    (user.id === id || state.moderates(user, broadcaster))
  if (!isAllowed) {
    if (userId === null) return { body: { total, data: [], pagination: {} } }
    return helixError(401, 'Missing scope: moderator:read:followers')
  }
  const items = all
    .filter((follower) => userId === null || follower.user.id === userId)
    .map((follower) => ({
      user_id: follower.user.id,
      user_name: follower.user.displayName,
      user_login: follower.user.login,
      followed_at: follower.followedAt,
    }))
  return page(items, request, { beside: { total } })
}
