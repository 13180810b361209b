// @ts-check

/**
 * @param {import('@hono/node-server').ServerType} server
 * @param {number} port 0: any that is free.
 * @returns {Promise<number>} The port it listens at, on this machine only.
 */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/**
 * Ends a server with everything that still hangs on it.
 *
 * @param {import('@hono/node-server').ServerType} server
 * @returns {Promise<void>}
 */
export function shut(server) {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
