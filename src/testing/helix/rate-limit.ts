import type { Clock, TokenOwner } from '../world.ts'

/** Points that one client, or one client and user, may spend. It fills evenly within a minute. */
interface Bucket {
  points: number
  at: number
}

export interface RateLimit {
  /** Takes points, where there are enough. */
  take(
    owner: TokenOwner,
    cost: number,
  ): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> }
  /** Empties the bucket of an owner. */
  exhaust(owner: Pick<TokenOwner, 'clientId' | 'user'>): void
}

/** @see https://dev.twitch.tv/docs/api/guide/#twitch-rate-limits */
export function createRateLimit(clock: Clock, limit: () => number): RateLimit {
  const buckets = new Map<string, Bucket>()

  function bucketOf({ clientId, user }: Pick<TokenOwner, 'clientId' | 'user'>, most: number): Bucket {
    const key = user === undefined ? clientId : `${clientId} ${user.id}`
    const now = clock.monotonic()
    let bucket = buckets.get(key)
    if (bucket === undefined) {
      bucket = { points: most, at: now }
      buckets.set(key, bucket)
    }
    bucket.points = Math.min(most, bucket.points + ((now - bucket.at) * most) / 60_000)
    bucket.at = now
    return bucket
  }

  return {
    take(owner, cost) {
      const most = limit()
      const bucket = bucketOf(owner, most)
      const allowed = bucket.points >= cost
      if (allowed) bucket.points -= cost
      const untilFull = ((most - bucket.points) * 60_000) / most
      const headers = {
        'ratelimit-limit': String(most),
        'ratelimit-remaining': String(Math.floor(bucket.points)),
        'ratelimit-reset': String(Math.ceil((clock.now() + untilFull) / 1000)),
      }
      return { allowed, headers }
    },
    exhaust(owner) {
      bucketOf(owner, limit()).points = 0
    },
  }
}
