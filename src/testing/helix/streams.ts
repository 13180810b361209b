import { page } from './page.ts'
import { type HelixReply, type HelixRequest, helixError } from './request.ts'
import type { FakeStream, HelixState } from './state.ts'

/** `GET /streams`: those who are live, the most watched first. */
export function getStreams(state: HelixState, request: HelixRequest): HelixReply {
  const { query } = request
  for (const name of ['user_id', 'user_login', 'game_id', 'language']) {
    if (query.getAll(name).length > 100) return helixError(400, `Too many ${name} parameters: at most 100.`)
  }
  const userIds = query.getAll('user_id')
  const logins = query.getAll('user_login').map((login) => login.toLowerCase())
  const gameIds = query.getAll('game_id')
  const languages = query.getAll('language')

  const live = [...state.streams.values()]
    .filter(({ user }) => !user.suspended)
    .filter(({ user }) => none(userIds, logins) || userIds.includes(user.id) || logins.includes(user.login))
    .filter(({ gameId }) => none(gameIds) || gameIds.includes(gameId))
    .filter(({ language }) => none(languages) || languages.includes(language))
    .sort((a, b) => b.viewerCount - a.viewerCount)
  return page(
    live.map((stream) => spellStream(stream, state.cdn)),
    request,
  )
}

function none(...filters: readonly (readonly string[])[]): boolean {
  return filters.every((filter) => filter.length === 0)
}

function spellStream(stream: FakeStream, cdn: string): Record<string, unknown> {
  const { user } = stream
  return {
    id: stream.id,
    user_id: user.id,
    user_login: user.login,
    user_name: user.displayName,
    game_id: stream.gameId,
    game_name: stream.gameName,
    type: 'live',
    title: stream.title,
    tags: stream.tags,
    viewer_count: stream.viewerCount,
    started_at: stream.startedAt,
    language: stream.language,
    thumbnail_url: `${cdn}/previews-ttv/live_user_${user.login}-{width}x{height}.jpg`,
    tag_ids: [],
    is_mature: false,
  }
}
