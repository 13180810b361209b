import { DurableObject } from 'cloudflare:workers'
import { createTokenVault } from '../../src/cloudflare/index.ts'
import { vaultOptions } from '../cloudflare/world.ts'

/** The Worker in which the `workerd` tests run. */
export default {
  async fetch(): Promise<Response> {
    return new Response('The tests run beside this.', { status: 404 })
  },
}

/** For tests that need no more than its storage. */
export class Plain extends DurableObject {}

/** The same without SQLite. */
export class Legacy extends DurableObject {}

/** Keeps the tokens of the Twitch that a test has made. */
export class Vault extends createTokenVault(DurableObject<Cloudflare.Env>, (env) => ({
  ...vaultOptions(),
  vaults: env.VAULT,
})) {}
