import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, inject, test, vi } from 'vitest'
import { root } from '../package/entries.ts'
import { atEnd, serveTwitch } from '../peers/serve.ts'
import { findRuntime, type Runtime, VERSIONS } from '../runtimes.mjs'
import { CONVERSATION, converse, USERS } from './converse.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What the tests of `test/runtimes/` start. */
    runtime: Runtime
  }
}

const runtime = inject('runtime')
const names = { bun: 'Bun', deno: 'Deno' }

/** Deno is allowed to reach this machine and to read the package, and nothing else. */
const rights = {
  bun: [],
  deno: ['--no-prompt', '--no-config', '--no-lock', '--allow-net=127.0.0.1', `--allow-read=${join(root, 'dist')}`],
}

test('the built reader joins, hears, comes back after a cut, and lets its process end', async () => {
  const program = findRuntime(runtime)
  if (program === undefined) throw new Error('It is fetched by `npm test -- runtimes`.')
  const { twitch, endpoints } = await serveTwitch({ users: USERS })
  const cache = mkdtempSync(join(tmpdir(), 'twitch-keyring-'))
  atEnd(() => rmSync(cache, { recursive: true, force: true }))
  const child = execFile(
    program,
    ['run', ...rights[runtime], join(import.meta.dirname, 'outside.mjs'), endpoints.irc],
    {
      timeout: 90_000,
      env: { PATH: process.env['PATH'], HOME: cache, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' },
    },
  )
  atEnd(() => child.kill())
  let complaints = ''
  child.stderr?.on('data', (text) => (complaints += text))
  const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))

  const told: string[] = []
  let agent: string | undefined
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (agent === undefined) {
      agent = line
      continue
    }
    told.push(line)
    converse(twitch, told)
  }
  expect(told, complaints).toEqual(CONVERSATION)
  expect(agent).toContain(`${names[runtime]}/${VERSIONS[runtime]}`)
  expect(await ended).toBe(0)
  await vi.waitFor(() => expect(twitch.chat.connections).toEqual([]), { timeout: 30_000 })
})
