// @ts-check
/** As little of Helix as a benchmark needs, in a thread of its own: `/users`, and whatever a token wants to hear. */
import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'

let users = 0

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local')
  response.setHeader('Content-Type', 'application/json')
  if (pathname === '/oauth2/validate') {
    const answer = { client_id: 'benchmark', login: 'user1', user_id: '1', scopes: [], expires_in: 14_400 }
    response.end(JSON.stringify(answer))
    return
  }
  users += 1
  response.setHeader('Ratelimit-Limit', '1000000')
  response.setHeader('Ratelimit-Remaining', '999999')
  response.setHeader('Ratelimit-Reset', String(Math.ceil(Date.now() / 1000)))
  response.end(JSON.stringify({ data: searchParams.getAll('id').map(user) }))
})

/** @param {string} id */
function user(id) {
  return {
    id,
    login: `user${id}`,
    display_name: `User${id}`,
    type: '',
    broadcaster_type: 'affiliate',
    description: 'Paints small pictures of large animals, mostly at night.',
    profile_image_url: `https://static-cdn.jtvnw.net/jtv_user_pictures/user${id}-profile_image-300x300.png`,
    offline_image_url: '',
    view_count: 0,
    created_at: '2016-12-14T20:32:28Z',
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined)
})
parentPort?.on('message', () => {
  parentPort?.postMessage(users)
  users = 0
})
