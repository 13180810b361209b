import { expect, test } from 'vitest'
import { kill, MUTANTS } from './mutants.ts'

test.each(MUTANTS)('it shows when $name', { timeout: 180_000 }, async (mutant) => {
  const killed = await kill(mutant, 1_500)
  expect(killed, 'no schedule breaks').toBeDefined()
})
