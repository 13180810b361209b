/**
 * Refuses options that cannot act: a mistyped one would otherwise be ignored without a word.
 *
 * @throws {TypeError}
 */
export function refuseUnknownOptions(of: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${of} takes an object with options: ${known.join(', ')}.`)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${of} has no option "${name}". It has: ${known.join(', ')}.`)
  }
}
