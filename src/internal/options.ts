/**
 * Refuses options that cannot act: a mistyped one would otherwise be ignored without a word.
 *
 * @throws {TypeError}
 */
export function refuseUnknownOptions(of: string, options: object, known: readonly string[]): void {
  const list = known.join(', ')
  if (Object(options) !== options) throw new TypeError(`${of} takes an object with options: ${list}.`)
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw new TypeError(`${of} has no option "${name}". It has: ${list}.`)
}

/** Everything there is of a kind, with what each is when it is left out. */
type Defaults<Options> = { readonly [Name in keyof Options]-?: Options[Name] }

type Filled<Options, All> = {
  readonly [Name in keyof All]: All[Name] | Exclude<Name extends keyof Options ? Options[Name] : never, undefined>
}

/** What was given of the parts that have a default, and the defaults of what was not. */
export function fillIn<Options extends object, All extends Partial<Defaults<Options>>>(
  options: Options,
  defaults: All,
): Filled<Options, All> {
  const parts = Object.entries(defaults).map(([name, value]) => {
    const given = (options as Record<string, unknown>)[name]
    return [name, given === undefined ? value : given]
  })
  return Object.fromEntries(parts) as Filled<Options, All>
}

/**
 * As {@link fillIn}; the defaults are the list of all options.
 *
 * @throws {TypeError} There is no such option.
 */
export function readOptions<Options extends object, All extends Defaults<Options>>(
  of: string,
  options: Options,
  defaults: All,
): Filled<Options, All> {
  refuseUnknownOptions(of, options, Object.keys(defaults))
  return fillIn(options, defaults)
}
