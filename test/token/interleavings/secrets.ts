/** Long enough to be a token, and nothing else that is: twenty characters of Twitch's alphabet. */
const CANDIDATE = /[a-z0-9]{20,}/g

/** Whether a value, an error with its causes, or anything that hangs on them shows one of the secrets. */
export function findSecret(value: unknown, secrets: ReadonlySet<string>, seen: Set<unknown> = new Set()): boolean {
  if (typeof value === 'string') return isSecret(value, secrets)
  if (typeof value !== 'object' || value === null || seen.has(value)) return false
  seen.add(value)
  if (value instanceof Error) {
    const { name, message, stack, cause } = value
    for (const part of [name, message, stack, cause]) if (findSecret(part, secrets, seen)) return true
  }
  for (const [name, part] of Object.entries(value)) {
    if (isSecret(name, secrets) || findSecret(part, secrets, seen)) return true
  }
  return false
}

function isSecret(text: string, secrets: ReadonlySet<string>): boolean {
  for (const [candidate] of text.matchAll(CANDIDATE)) {
    if (secrets.has(candidate)) return true
    for (const secret of secrets) if (candidate.includes(secret)) return true
  }
  return false
}
