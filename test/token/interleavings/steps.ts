/** Where a page is when something goes wrong: every await of the token core ends in one of these. */
export const STEPS = [
  'queue for the lock',
  'enter the lock',
  'read',
  'read, answered',
  'list the keys',
  'write the lease',
  'write the lease, answered',
  'validate, on its way',
  'validate, answered',
  'write the mark',
  'write the mark, answered',
  'take the mark off',
  'take the mark off, answered',
  'send the refresh token',
  'send the refresh token, answered',
  'write the pair',
  'write the pair, answered',
  'write the check',
  'write the check, answered',
  'write the end',
  'write the end, answered',
  'write a new sign-in',
  'write a new sign-in, answered',
  'write a sign-out',
  'write a sign-out, answered',
  'revoke, on its way',
  'revoke, answered',
  'watch a mark',
  'hear news',
] as const

export type Step = (typeof STEPS)[number]

/** What strikes a page, the machine, or the user's account at any step. */
const ANYWHERE = [
  'crash',
  'freeze',
  'sleep',
  'clock ahead',
  'clock back',
  'tokens expire',
  'token revoked',
  'disconnect',
  'sign out',
  'sign in anew',
  'add the old pair',
  'open a page',
] as const

const ON_THE_NETWORK = [
  'lost before',
  'lost after',
  'hangs before',
  'hangs after',
  '500 before',
  '500 after',
  'HTML after',
  'cut off',
  '429',
] as const

const IN_THE_STORE = ['throws before', 'throws after', 'quota'] as const

export const FAULTS = [...ANYWHERE, ...ON_THE_NETWORK, ...IN_THE_STORE] as const

export type Fault = (typeof FAULTS)[number]

const anywhere = new Set<Fault>(ANYWHERE)
const onTheNetwork = new Set<Fault>(ON_THE_NETWORK)

export function strikesAnywhere(fault: Fault): boolean {
  return anywhere.has(fault)
}

/** Whether a fault can strike at a step at all. */
export function canStrike(step: Step, fault: Fault): boolean {
  if (anywhere.has(fault)) return true
  if (onTheNetwork.has(fault)) return step.endsWith('on its way') || step === 'send the refresh token'
  if (step === 'read' || step === 'list the keys') return fault === 'throws before'
  return step.startsWith('write') || step === 'take the mark off' ? !step.endsWith('answered') : false
}

export interface Cell {
  readonly step: Step
  readonly fault: Fault
}

export const CELLS: readonly Cell[] = STEPS.flatMap((step) =>
  FAULTS.filter((fault) => canStrike(step, fault)).map((fault) => ({ step, fault })),
)

/** What must go wrong before, for a page to come to a step at all. */
const BEFORE: readonly (readonly [step: RegExp, fault: Fault, at: Step | undefined])[] = [
  [/^write the end/, 'lost after', 'send the refresh token'],
  [/^watch a mark/, 'lost after', 'send the refresh token'],
  [/^take the mark off/, '429', 'send the refresh token'],
  [/^write a new sign-in/, 'sign in anew', undefined],
  [/^(write a sign-out|revoke)/, 'sign out', undefined],
]

/** @returns The fault that brings pages to a step; `undefined`: they come there by themselves. */
export function faultBefore(step: Step): { readonly fault: Fault; readonly at: Step | undefined } | undefined {
  const found = BEFORE.find(([steps]) => steps.test(step))
  return found && { fault: found[1], at: found[2] }
}

/** Whether pages of a place can come to a step, and whether the user does such things there. */
export function existsIn(place: { readonly locks: boolean; readonly channel: boolean; readonly racy: boolean }) {
  return ({ step, fault }: Cell): boolean => {
    if (step.includes('lock') && !place.locks) return false
    if (step.includes('lease') && place.locks) return false
    if (step === 'hear news' && !place.channel) return false
    const byUser = [fault, faultBefore(step)?.fault].some((one) => USER.includes(one as Fault))
    return !(place.racy && byUser)
  }
}

/** A store that cannot compare and set keeps none of these promises while it is used twice at once. */
const USER: readonly Fault[] = ['sign out', 'sign in anew', 'add the old pair']
