// @ts-check
// Who am I, am I live, who follows me. Each part goes on without the others.

import { sleep, whenOnline } from '../shared/online.js'
import { at, complain, create } from '../shared/page.js'
import { drawFollowers } from './chart.js'
import { ago, count, uptime } from './format.js'

const ROWS = 12

/** So many followers are enough for a chart of three months. */
const ENOUGH = 3000

/**
 * Shows the channel of whoever is signed in, until told to stop.
 *
 * @param {import('twitch-keyring').Client} client
 * @param {{ every: number, signal: AbortSignal }} options `every`: milliseconds between two looks at the stream.
 */
export async function showChannel({ helix }, { every, signal }) {
  const { data } = await whenOnline(() => helix.get('/users', { signal }), signal)
  const [me] = data
  if (me === undefined) throw new TypeError('Twitch knows nobody by this token.')
  at('#name').textContent = me.display_name
  at('#about').textContent = me.broadcaster_type || 'streamer'
  at('#face', HTMLImageElement).src = me.profile_image_url

  const parts = [
    watchStream(helix, me.id, every, signal),
    listFollowers(helix, me.id, signal),
    drawHistory(helix, me.id, signal),
  ]
  for (const part of parts) part.catch(complain)
  await Promise.allSettled(parts)
}

/**
 * @param {import('twitch-keyring').HelixClient} helix
 * @param {string} id
 * @param {number} every
 * @param {AbortSignal} signal
 */
async function watchStream(helix, id, every, signal) {
  for (;;) {
    const stream = await whenOnline(() => helix.lookUp('streams', { id }, { signal }), signal)
    const channel = stream ?? (await whenOnline(() => helix.lookUp('channels', { id }, { signal }), signal))
    at('#live').dataset.live = String(stream !== undefined)
    at('#live').textContent = stream ? 'Live' : 'Offline'
    at('#title').textContent = channel?.title || 'No title yet'
    at('#game').textContent = channel?.game_name || 'No category yet'
    at('#viewers').textContent = stream ? count(stream.viewer_count) : '–'
    at('#uptime').textContent = stream ? uptime(Date.now() - Date.parse(stream.started_at)) : '–'
    await sleep(every, signal)
  }
}

/**
 * Page by page, as the user turns them.
 *
 * @param {import('twitch-keyring').HelixClient} helix
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function listFollowers(helix, id, signal) {
  /** @type {(string | undefined)[]} Where each page begins. */
  const cursors = [undefined]
  const newer = at('#newer', HTMLButtonElement)
  const older = at('#older', HTMLButtonElement)

  /** @param {number} page */
  async function turnTo(page) {
    newer.disabled = older.disabled = true
    const query = { broadcaster_id: id, first: ROWS, after: cursors[page] }
    const { data, total, pagination } = await whenOnline(
      () => helix.get('/channels/followers', { query, signal }),
      signal,
    )
    cursors[page + 1] = pagination.cursor
    at('#followers').replaceChildren(...data.map((follower) => row(helix, follower)))
    at('#total').textContent = count(total)
    at('#page').textContent =
      total === 0 ? 'nobody yet' : `${page * ROWS + 1}–${page * ROWS + data.length} of ${count(total)}`
    newer.disabled = page === 0
    older.disabled = pagination.cursor === undefined
    newer.onclick = () => turnTo(page - 1).catch(complain)
    older.onclick = () => turnTo(page + 1).catch(complain)
  }
  await turnTo(0)
}

/**
 * Each row looks up its own picture; the client makes one request of them all.
 *
 * @param {import('twitch-keyring').HelixClient} helix
 * @param {import('twitch-keyring').HelixFollower} follower
 */
function row(helix, { user_id, user_name, followed_at }) {
  const face = /** @type {HTMLImageElement} */ (create('img', ''))
  face.alt = ''
  helix.lookUp('users', { id: user_id }).then(
    (user) => (face.src = user?.profile_image_url ?? ''),
    () => {}, // the name is enough
  )
  const time = create('time', 'soft', ago(Date.parse(followed_at)))
  time.title = new Date(followed_at).toLocaleString()
  return create('li', '', face, create('span', 'follower', user_name), time)
}

/**
 * @param {import('twitch-keyring').HelixClient} helix
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function drawHistory(helix, id, signal) {
  const query = { broadcaster_id: id, first: 100 }
  const dates = await whenOnline(async () => {
    const dates = []
    for await (const { followed_at } of helix.paginate('/channels/followers', { query, signal })) {
      if (dates.push(Date.parse(followed_at)) === ENOUGH) break
    }
    return dates
  }, signal)
  const { total } = await whenOnline(
    () => helix.get('/channels/followers', { query: { ...query, first: 1 }, signal }),
    signal,
  )
  const { lastWeek } = drawFollowers(at('#chart'), dates, total)
  at('#new').textContent = `+${count(lastWeek)}`
}
