import type { FakeTwitch } from '../../src/testing/index.ts'

/** What `readChat()` tells, wherever it runs, where {@link converse} answers. */
export const CONVERSATION = ['in juniper', 'Hexa: hello 😂', 'cut off', 'in juniper', 'Hexa: bye', 'closed']

export const USERS = [
  { id: '1001', login: 'juniper', displayName: 'Juniper' },
  { id: '1002', login: 'hexa', displayName: 'Hexa' },
]

/** Answers what a reader of chat has told: greets who comes, cuts off who has heard it, and says bye to who comes back. */
export function converse({ chat }: FakeTwitch, told: readonly string[]): void {
  const news = told.at(-1)
  if (news === 'in juniper') chat.send('hexa', 'juniper', told.includes('cut off') ? 'bye' : 'hello 😂')
  else if (news === 'Hexa: hello 😂') chat.close(1006)
}
