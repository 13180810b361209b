import type { Outcome } from './schedule.ts'
import { CELLS, FAULTS, STEPS } from './steps.ts'

/** What many schedules came to. Plain data, so that workers can send it. */
export interface Tally {
  schedules: number
  posts: number
  ambiguous: number
  readonly endings: Record<string, number>
  /** How often each cell was reached, in the order of `CELLS`. */
  readonly reached: number[]
  readonly traces: Set<number>
  readonly broken: { readonly seed: number; readonly fact: string }[]
}

const CELL_AT = new Map(CELLS.map(({ step, fault }, at) => [`${fault} at ${step}`, at]))

export function createTally(): Tally {
  return {
    schedules: 0,
    posts: 0,
    ambiguous: 0,
    endings: {},
    reached: CELLS.map(() => 0),
    traces: new Set(),
    broken: [],
  }
}

export function count(tally: Tally, outcome: Outcome): void {
  tally.schedules += 1
  tally.posts += outcome.posts
  tally.ambiguous += outcome.ambiguous
  tally.traces.add(outcome.hash)
  tally.endings[outcome.ending] = (tally.endings[outcome.ending] ?? 0) + 1
  for (const { step, fault } of outcome.reached) {
    const at = CELL_AT.get(`${fault} at ${step}`) ?? -1
    tally.reached[at] = (tally.reached[at] ?? 0) + 1
  }
  if (outcome.broken !== undefined) tally.broken.push({ seed: outcome.seed, fact: outcome.broken })
}

export function merge(into: Tally, from: Tally): void {
  into.schedules += from.schedules
  into.posts += from.posts
  into.ambiguous += from.ambiguous
  for (const [ending, times] of Object.entries(from.endings)) into.endings[ending] = (into.endings[ending] ?? 0) + times
  for (const [at, times] of from.reached.entries()) into.reached[at] = (into.reached[at] ?? 0) + times
  for (const trace of from.traces) into.traces.add(trace)
  into.broken.push(...from.broken)
}

/** Which cells were reached less often than that, and how many times are missing. */
export function missingCells(tally: Tally, least: number): { readonly cell: number; readonly times: number }[] {
  return tally.reached.flatMap((times, cell) => (times < least ? [{ cell, times: least - times }] : []))
}

/** Steps down, faults across; `·` where a fault cannot strike. */
export function table(tally: Tally): string {
  const widest = Math.max(...STEPS.map((step) => step.length))
  const legend = FAULTS.map((fault, at) => `${letter(at)} ${fault}`)
  const head = `${' '.repeat(widest)}${FAULTS.map((_, at) => letter(at).padStart(6)).join('')}`
  const rows = STEPS.map((step) => {
    const cells = FAULTS.map((fault) => {
      const at = CELL_AT.get(`${fault} at ${step}`)
      return String(at === undefined ? '·' : tally.reached[at]).padStart(6)
    })
    return step.padEnd(widest) + cells.join('')
  })
  return [...chunks(legend, 6).map((some) => some.join(', ')), '', head, ...rows].join('\n')
}

function letter(at: number): string {
  return String.fromCharCode(97 + at)
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))
}
