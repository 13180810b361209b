import { resolvePlatform } from '../../internal/platform.ts'
import type { TokenStore } from '../../stores/token-store.ts'
import type { Platform, PlatformOptions } from '../../types.ts'
import type { Supply } from '../supply.ts'

/** What a `TokenManager` takes: a `StoredTokenHandler`, or a subclass of `BaseTokenHandler`. */
export abstract class TokenHandler<TClient = unknown> {
  /** Set by `new Client(handler)`. */
  client: TClient | undefined
  readonly platform: Platform

  constructor(platform: PlatformOptions = {}) {
    this.platform = resolvePlatform(platform)
    hide(this, 'client')
    hide(this, 'platform')
  }

  /** @internal */
  abstract supply(journal: TokenStore | undefined): Promise<Supply>
}

function hide(handler: object, property: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(handler, property)
  Object.defineProperty(handler, property, {
    ...(descriptor ?? { value: undefined, writable: true }),
    enumerable: false,
    configurable: true,
  })
}
