/** What the examples of the README and the docs take for granted. */
import type { Client } from '../../src/index.ts'

declare global {
  function show(text: string): void
  const client: Client
  const db: {
    get(user: string): Promise<{ access: string; refresh: string } | undefined>
    put(user: string, row: { access: string; refresh: string | undefined }): Promise<void>
  }
  const config: { userId: string; ircToken: string; clientId: string; clientSecret: string | undefined }
  const chrome: {
    readonly alarms: {
      readonly onAlarm: { addListener(listener: (alarm: { readonly name: string }) => unknown): void }
      get(name: string): Promise<object | undefined>
      create(name: string, alarm: { readonly periodInMinutes: number }): Promise<void>
    }
    readonly identity: {
      getRedirectURL(): string
      launchWebAuthFlow(details: { readonly url: string; readonly interactive: boolean }): Promise<string | undefined>
    }
  }
  function test(name: string, run: () => Promise<void>): void
}
