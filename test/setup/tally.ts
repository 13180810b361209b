import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Writes how many tests ran in each project, as JSON, to the file that `TALLY` names. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['TALLY']
    if (file === undefined) return
    const projects: Record<string, Counts> = {}
    for (const module of modules) {
      const counts = projects[module.project.name] ?? { passed: 0, failed: 0, skipped: 0 }
      projects[module.project.name] = counts
      counts.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        counts[state === 'pending' ? 'failed' : state] += 1
      }
    }
    writeFileSync(file, JSON.stringify({ projects, unhandled: unhandled.length }))
  }
}
