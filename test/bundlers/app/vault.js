import { createChatRelay, createTokenVault, VaultTokenHandler } from 'twitch-keyring/cloudflare'

export class Vault extends createTokenVault((env) => ({
  clientId: env.CLIENT_ID,
  clientType: 'public',
  vaults: env.VAULTS,
})) {
  sees() {
    return [this.env.CLIENT_ID, typeof this.ctx.storage.sql.exec]
  }
}

export class Relay extends createChatRelay() {
  sees() {
    return this.env.CLIENT_ID
  }
}

export default {
  async fetch(_request, env) {
    const handler = new VaultTokenHandler(env.VAULTS)
    const vault = env.VAULTS.get(env.VAULTS.idFromName('1'))
    const relay = env.RELAY.get(env.RELAY.idFromName('1'))
    const { state } = await handler.status('1')
    const { status } = await relay.fetch('https://relay.example/')
    return Response.json([await handler.clientId(), await vault.sees(), state, await relay.sees(), status])
  },
}
