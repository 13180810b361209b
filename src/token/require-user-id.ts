/**
 * Logins can change hands, so users are named by their ids.
 *
 * @throws {TypeError}
 */
export function requireUserId(name: string, value: string | undefined): void {
  if (value === undefined || (typeof value === 'string' && /^\d+$/.test(value))) return
  throw new TypeError(
    `${name} must be a user id such as '141981764', not a login: status() and handler.users() name it.`,
  )
}
