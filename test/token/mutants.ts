import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { play } from './interleavings/run.ts'
import type { Cell } from './interleavings/steps.ts'

interface Patch {
  /** Below `src`. */
  readonly file: string
  /** Occurs there exactly once. */
  readonly find: string
  readonly replace: string
}

/** The token core with one rule of its protocol broken. */
export interface Mutant {
  readonly name: string
  readonly patches: readonly Patch[]
  /** What must go wrong for it to show, where chance alone would take long. */
  readonly cells?: readonly Cell[]
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the mark is written after the request left',
    patches: [
      {
        file: 'token/renewal/renew.ts',
        find: 'const marked = await this.#marks.make(key, record)',
        replace:
          'const unwritten = { id: platform.randomId(), at: platform.now(), attempt: 1 }\n      const marked: any = { record: { ...record, mark: unwritten }, at: platform.monotonic() }',
      },
      {
        file: 'token/renewal/renew.ts',
        find: 'response = await answer\n',
        replace: 'await this.#marks.make(key, record)\n        response = await answer\n',
      },
    ],
  },
  {
    name: 'a blind put takes the place of compare-and-set',
    patches: [
      {
        file: 'token/record-book.ts',
        find: 'const written = await this.store.replace(key, expectedVersion, next)',
        replace:
          'void expectedVersion\n    const there = (await this.store.get(key))?.version\n    const written = await this.store.replace(key, there, { ...next, version: (there ?? 0) + 1 })',
      },
    ],
  },
  {
    name: 'a 5xx takes the mark off',
    patches: [
      {
        file: 'token/renewal/renew.ts',
        find: '(error instanceof NetworkError && error.status === 429)',
        replace: '(error instanceof NetworkError && error.status !== undefined)',
      },
    ],
    cells: [{ step: 'send the refresh token', fault: '500 after' }],
  },
  {
    name: 'versions begin anew after a deletion',
    patches: [
      {
        file: 'stores/memory.ts',
        find: 'records.set(key, record)\n',
        replace: 'if (record.deleted) records.delete(key)\n      else records.set(key, record)\n',
      },
    ],
  },
  {
    name: 'a commit that fails drops the pair',
    patches: [
      {
        file: 'token/renewal/commits.ts',
        find: 'this.#unsaved.set(key, { previous, pair })\n',
        replace: 'if (previous !== undefined) throw error\n',
      },
    ],
    cells: [{ step: 'write the pair', fault: 'throws before' }],
  },
  {
    name: "a caller's abort reaches the request",
    patches: [
      {
        file: 'token/manager.ts',
        find: 'renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {\n',
        replace:
          'renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {\n    ;(globalThis as any).callersSignal = options.signal\n',
      },
      {
        file: 'token/renewal/renew.ts',
        find: 'const answer = refreshToken(spent, {\n',
        replace: 'const answer = refreshToken(spent, {\n        signal: (globalThis as any).callersSignal,\n',
      },
    ],
    cells: [{ step: 'send the refresh token', fault: 'hangs before' }],
  },
  {
    name: 'a lease ends by the wall clock',
    patches: [
      {
        file: 'token/renewal/gate.ts',
        find: 'const now = this.#platform.monotonic()\n    const watched',
        replace: 'const now = this.#platform.now()\n    const watched',
      },
    ],
    cells: [
      { step: 'send the refresh token', fault: 'hangs before' },
      { step: 'write the lease', fault: 'open a page' },
      { step: 'send the refresh token', fault: 'clock ahead' },
    ],
  },
  {
    name: 'nothing is validated before the mark',
    patches: [
      {
        file: 'token/renewal/renew.ts',
        find: 'validation = await this.#validate(record)\n',
        replace: 'validation = { alive: false }\n',
      },
    ],
  },
  {
    name: 'the record is not read anew in the gate',
    patches: [
      {
        file: 'token/renewal/renew.ts',
        find: 'if (record.accessToken !== request.unfit && !hasExpired(record, platform.now())) return { record }\n',
        replace: 'void hasExpired\n',
      },
    ],
  },
  {
    name: 'the lock is dropped over a racy store',
    patches: [
      {
        file: 'token/renewal/gate.ts',
        find: 'if (locks !== undefined) return',
        replace: "if (locks !== undefined && this.#store.consistency !== 'racy') return",
      },
    ],
  },
  {
    name: 'a thawed page sends late',
    patches: [
      {
        file: 'token/renewal/renew.ts',
        find: 'if (platform.monotonic() - marked.at > MARK_FRESH_FOR || Math.abs(platform.now() - mine.at) > MARK_FRESH_FOR) {',
        replace: 'if (MARK_FRESH_FOR < 0) {',
      },
    ],
    cells: [{ step: 'write the mark, answered', fault: 'freeze' }],
  },
  {
    name: 'a renewal wins over a sign-out',
    patches: [
      {
        file: 'token/renewal/commits.ts',
        find: 'now.deleted || isOther(now, previous)) {',
        replace: 'isOther(now, previous)) {',
      },
    ],
    cells: [{ step: 'send the refresh token', fault: 'sign out' }],
  },
  {
    name: 'a sign-in forgets what was spent for the one that it replaces',
    patches: [
      {
        file: 'token/adoption.ts',
        find: 'if (!isBlank(target.entry)) await rememberSpent(book, target.entry)\n',
        replace: '',
      },
    ],
    cells: [
      { step: 'write the pair', fault: 'sign in anew' },
      { step: 'write a new sign-in, answered', fault: 'add the old pair' },
    ],
  },
]

const ROOT = join(import.meta.dirname, '../..')
const COPIES = join(ROOT, 'test-results/mutants')

export interface Kill {
  readonly seed: number
  readonly fact: string
}

/** Plays schedules against a mutant until one breaks. @returns `undefined`: it lives. */
export async function kill(mutant: Mutant, seeds: number): Promise<Kill | undefined> {
  const copy = join(COPIES, mutant.name.replace(/\W+/g, '-'))
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  try {
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true })
    cpSync(join(ROOT, 'test/token/interleavings'), join(copy, 'test/token/interleavings'), { recursive: true })
    for (const patch of mutant.patches) apply(patch, copy)
    const worker = pathToFileURL(join(copy, 'test/token/interleavings/worker.ts'))
    const share = { from: 1, to: 1 + seeds, stride: 1, untilBroken: true, cells: mutant.cells }
    return (await play(share, worker)).broken[0]
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function apply({ file, find, replace }: Patch, copy: string): void {
  const path = join(copy, 'src', file)
  const before = readFileSync(path, 'utf8')
  const times = before.split(find).length - 1
  if (times !== 1) throw new Error(`src/${file} has ${times} times what a mutant replaces: ${find}`)
  writeFileSync(
    path,
    before.replace(find, () => replace),
  )
}
