/**
 * The value of an `Authorization` header. A token that no header can carry is refused here, since the error of `fetch`
 * would print it.
 *
 * @throws {TypeError} It is no bare token.
 */
export function authorization(scheme: 'OAuth' | 'Bearer' | 'Extension', token: string): string {
  assertVisible('The access token', token)
  return `${scheme} ${token}`
}

/** @throws {TypeError} It is no string of visible ASCII characters. */
export function assertVisible(name: string, value: string): void {
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new TypeError(`${name} must be a string of visible ASCII characters, without spaces or prefixes.`)
  }
}
