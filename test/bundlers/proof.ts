import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { serveFolder } from '../setup/serve-folder.ts'

export const app = join(import.meta.dirname, 'app')

/** What `app/prove.js` finds when the whole library works. */
export const PROOF = 'viewer hears streamer say hello after 1 renewal'

/** Opens `index.html` of a folder, the app's own if it has none, and waits for the title that tells the result. */
export async function proofOf(page: Page, folder: string): Promise<string> {
  if (!(await readdir(folder)).includes('index.html')) await cp(join(app, 'index.html'), join(folder, 'index.html'))
  const server = await serveFolder(folder)
  try {
    return await titleOf(page, `${server.url}/index.html`)
  } finally {
    await server.close()
  }
}

/** The title of a page once it no longer says `waiting`, or the page's first error. */
export async function titleOf(page: Page, url: string): Promise<string> {
  const failed = new Promise<never>((_, reject) => {
    page.on('pageerror', reject)
  })
  const done = page
    .goto(url)
    .then(() => page.waitForFunction(() => document.title !== 'waiting', undefined, { timeout: 60_000 }))
    .then(() => page.title())
  return Promise.race([done, failed])
}
