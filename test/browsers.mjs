// @ts-check
import { existsSync } from 'node:fs'

const places = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
}

/** Root needs --no-sandbox; the rest keeps Chromium from calling home. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Where the browsers are, as far as they are here already.
 *
 * @returns {{ chromium: string | undefined, firefox: string | undefined }}
 */
export function findBrowsers() {
  return {
    chromium: process.env.CHROMIUM_PATH ?? places.chromium.find((path) => existsSync(path)),
    firefox: process.env.FIREFOX_PATH ?? places.firefox.find((path) => existsSync(path)),
  }
}
