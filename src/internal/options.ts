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

/** All options of a kind, with what each is when it is left out. */
type Defaults<Options> = { readonly [Name in keyof Options]-?: Options[Name] }

/**
 * What was given, and the defaults of what was not. The defaults are the list of all options.
 *
 * @throws {TypeError} There is no such option.
 */
export function readOptions<Options extends object, All extends Defaults<Options>>(
  of: string,
  options: Options,
  defaults: All,
): { readonly [Name in keyof Options]-?: All[Name] | Exclude<Options[Name], undefined> } {
  refuseUnknownOptions(of, options, Object.keys(defaults))
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...(Object.fromEntries(given) as Options) } as ReturnType<typeof readOptions<Options, All>>
}
