/** What the examples of the README and the docs take for granted. */
import type { Client } from '../../src/index.ts'

declare global {
  function show(text: string): void
  const client: Client
  const db: {
    get(user: string): Promise<{ access: string; refresh: string }>
    put(user: string, row: { access: string; refresh: string | undefined }): Promise<void>
  }
  const config: { ircToken: string; clientId: string; clientSecret: string | undefined }
  function test(name: string, run: () => Promise<void>): void
}
