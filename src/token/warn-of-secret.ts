import { isPage } from './environment/place.ts'

/** Loud, since nobody may be listening for warnings yet: everybody who opens the page has the secret. */
export function warnOfSecretInPage(clientSecret: string | undefined): void {
  if (clientSecret === undefined || !isPage()) return
  console.warn(
    'twitch-keyring: a client secret in a page can be read by everybody. Make a new one at https://dev.twitch.tv/console/apps, keep it on a server, and let this page sign in with an app of client type Public.',
  )
}
