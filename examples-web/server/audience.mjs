// @ts-check
import { helixPage } from 'twitch-keyring/testing'

const DAY = 86_400_000
const MINUTE = 60_000
const FOLLOWERS = 862

const moods = 'amber brisk coral dusty ember fable gentle hazel ivory jolly kindred lunar mellow nimble olive'.split(
  ' ',
)
const animals = 'otter badger comet dragonfly falcon heron lynx maple newt osprey puffin quail robin sparrow'.split(' ')

/**
 * Gives a channel what a dashboard shows: it is live, more and more people have followed it for three months, and the number of its
 * viewers wanders.
 *
 * @param {import('twitch-keyring/testing').FakeTwitch} twitch
 * @param {{ channel: string, pace: number | false }} options `pace`: milliseconds between two changes; `false` for none.
 * @returns {() => void} Ends the changes.
 */
export function startAudience({ helix, users, clock }, { channel, pace }) {
  const now = clock.now()
  const followers = Array.from({ length: FOLLOWERS }, (_, index) => {
    const login = `${moods[index % moods.length]}_${animals[index % animals.length]}${index < 210 ? '' : index}`
    const { id, displayName } = users.add({ login })
    return { user_id: id, user_login: login, user_name: displayName, followed_at: instant(now - ageOf(index)) }
  }).sort((one, other) => other.followed_at.localeCompare(one.followed_at))

  const ownerId = users.byLogin(channel)?.id
  helix.answer(
    'GET',
    '/channels/followers',
    (request) => {
      const list = request.query.get('broadcaster_id') === ownerId ? followers : []
      return helixPage(list, request, { beside: { total: list.length } })
    },
    { scopes: ['moderator:read:followers'] },
  )
  helix.answer('GET', '/channels/followed', (request) => helixPage([], request, { beside: { total: 0 } }), {
    scopes: ['user:read:follows'],
    self: 'user_id',
  })

  let viewerCount = 128
  const stream = helix.goLive(channel, {
    title: 'Night drive: building a tiny synth until it sings',
    gameId: '1469308723',
    gameName: 'Software and Game Development',
    tags: ['English', 'Chill', 'Synth'],
    viewerCount,
  })
  Object.assign(stream, { startedAt: instant(now - 83 * MINUTE) })
  if (pace === false) return () => {}
  const timer = setInterval(() => {
    viewerCount += (((clock.now() / 100) % 9) | 0) - (viewerCount > 150 ? 6 : 3)
    helix.goLive(channel, { viewerCount })
  }, pace)
  return () => clearInterval(timer)
}

/**
 * Some came since the stream began. Of the others most come when there is a stream, twice a week, and fewer the longer ago.
 *
 * @param {number} index
 */
function ageOf(index) {
  if (index < 9) return (index * index + 1) * MINUTE
  const age = 400 * DAY * (index / FOLLOWERS) ** 1.7 + DAY / 2
  const daysAgo = Math.floor(age / DAY)
  const sinceStream = daysAgo % 7 > 3 ? (daysAgo % 7) - 4 : daysAgo % 7
  return age - (index % 5 < 3 ? sinceStream * DAY : 0) + ((index * 7919) % 300) * MINUTE
}

/** @param {number} at */
function instant(at) {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
