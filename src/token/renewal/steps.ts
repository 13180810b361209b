/** What happens to a token, step by step: for traces that can be pasted into a bug report. */
export type RenewalStep =
  | 'queue'
  | 'read'
  | 'validate'
  | 'wait-for-mark'
  | 'unmark'
  | 'mark'
  | 'send'
  | 'commit'
  | 'save'
  | 'unsaved'
  | 'end'
  | 'drop'

export type TraceStep = (step: RenewalStep, key: string, detail?: string) => void
