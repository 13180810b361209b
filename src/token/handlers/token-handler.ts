import { resolvePlatform } from '../../internal/platform.ts'
import type { Platform, PlatformOptions } from '../../types.ts'

/** What a `Client` takes: a `StoredTokenHandler`, a subclass of `BaseTokenHandler`, or, in a Worker, a `VaultTokenHandler`. */
export abstract class TokenHandler<TClient = unknown> {
  /** Set by `new Client(handler)`. */
  client: TClient | undefined
  readonly platform: Platform

  constructor(platform: PlatformOptions = {}) {
    this.platform = resolvePlatform(platform)
    hide(this, 'client')
    hide(this, 'platform')
  }
}

function hide(handler: object, property: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(handler, property)
  Object.defineProperty(handler, property, {
    ...(descriptor ?? { value: undefined, writable: true }),
    enumerable: false,
    configurable: true,
  })
}
