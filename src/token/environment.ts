import { refuseUnknownOptions } from '../internal/options.ts'
import { resolvePlatform } from '../internal/platform.ts'
import type { PlatformOptions } from '../types.ts'
import { type Advice, adviseSignIn, adviseStore } from './environment/advice.ts'
import { findMissing, type MissingFeature } from './environment/features.ts'
import { findPlace, type Place, type Realm } from './environment/place.ts'

export type { Advice } from './environment/advice.ts'
export type { Feature, MissingFeature } from './environment/features.ts'
export type { Place } from './environment/place.ts'

export interface DescribeEnvironmentOptions {
  /** Where it is, for what cannot be seen from inside: a Durable Object looks like a Worker. */
  readonly place?: Place | undefined
  /** The global object to look at. Default `globalThis`. */
  readonly realm?: object | undefined
  readonly platform?: Pick<PlatformOptions, 'setTimeout' | 'clearTimeout' | 'randomId'> | undefined
}

/** Where a script runs, and what that means for tokens. Sentences are for people. */
export interface EnvironmentReport {
  readonly place: Place
  /** What was tried and does not work, with what each costs. Empty: nothing is lost. */
  readonly missing: readonly MissingFeature[]
  /** Which way to sign in fits. */
  readonly signIn: Advice
  /** Which store fits. */
  readonly store: Advice
}

/**
 * Finds out where this is, what it lacks, and what to use here. It tries everything out, which takes up to two seconds,
 * and leaves nothing behind.
 *
 * @throws {TypeError} An option is unknown.
 */
export async function describeEnvironment(options: DescribeEnvironmentOptions = {}): Promise<EnvironmentReport> {
  refuseUnknownOptions('describeEnvironment', options, ['place', 'realm', 'platform'])
  const { place: told, realm = globalThis } = options
  const platform = resolvePlatform(options.platform)
  const [place, missing] = await Promise.all([
    told ?? findPlace(realm as Realm, platform),
    findMissing(realm as Realm, platform),
  ])
  const lost = new Set(missing.map(({ feature }) => feature))
  return { place, missing, signIn: adviseSignIn(place), store: adviseStore(place, lost) }
}
