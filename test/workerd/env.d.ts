declare namespace Cloudflare {
  interface Env {
    readonly KV: KVNamespace
    readonly PLAIN: DurableObjectNamespace<import('./worker.ts').Plain>
    readonly LEGACY: DurableObjectNamespace<import('./worker.ts').Legacy>
    readonly VAULT: DurableObjectNamespace<import('./worker.ts').Vault>
  }
}
