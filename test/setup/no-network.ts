/** A test that reaches for the internet fails on every machine, not only on one without a network. */

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

function assertLoopback(input: unknown): void {
  const address = input instanceof Request ? input.url : String(input)
  const base = typeof location === 'undefined' ? 'http://localhost' : location.href
  const { hostname, protocol } = new URL(address, base)
  if (/^(https?|wss?):$/.test(protocol) && !loopback.test(hostname)) {
    throw new TypeError(`No test talks to ${hostname}. Hand in a fetch or WebSocket of the fake Twitch.`)
  }
}

globalThis.fetch = new Proxy(globalThis.fetch, {
  apply(target, _self, args: Parameters<typeof fetch>) {
    assertLoopback(args[0])
    return Reflect.apply(target, globalThis, args)
  },
})

if (typeof WebSocket !== 'undefined') {
  globalThis.WebSocket = new Proxy(WebSocket, {
    construct(target, args: ConstructorParameters<typeof WebSocket>, newTarget) {
      assertLoopback(args[0])
      return Reflect.construct(target, args, newTarget)
    },
  })
}
