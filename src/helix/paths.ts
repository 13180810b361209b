import type { ENDPOINTS } from './endpoints.ts'
import type { HelixMethod, HelixQuery, HelixQueryValue } from './request.ts'
import type { HelixResults } from './results.ts'

type Table = typeof ENDPOINTS

/** The paths that a method knows. */
export type HelixPath<Method extends HelixMethod> = keyof Table[Method] & string

type Value = HelixQueryValue | readonly HelixQueryValue[]

/** The parameters that must all be there. */
type Needed<Endpoint> = Endpoint extends { readonly needs: readonly (infer Name extends string)[] }
  ? { readonly [Key in Name]: Value }
  : unknown

/** Those of which at least one must be there. */
type OneOf<Endpoint> = Endpoint extends { readonly oneOf: readonly (infer Name extends string)[] }
  ? { [Key in Name]: { readonly [Only in Key]: Value } }[Name]
  : unknown

/** Options after a path: they can be left out where no parameter is needed. */
export type OptionsFor<
  Method extends HelixMethod,
  Path extends HelixPath<Method>,
  Options,
> = Table[Method][Path] extends { readonly needs: unknown } | { readonly oneOf: unknown }
  ? [
      options: Omit<Options, 'query'> & {
        readonly query: HelixQuery & Needed<Table[Method][Path]> & OneOf<Table[Method][Path]>
      },
    ]
  : [options?: Options]

/** Twitch's answer where it is described, else `unknown`. */
export type ResultOf<Method extends HelixMethod, Path extends string> = `${Method} ${Path}` extends keyof HelixResults
  ? HelixResults[`${Method} ${Path}`]
  : unknown

/** The paths whose answers come in pages, and what one item is. */
export type ItemOf<Path extends string> =
  ResultOf<'GET', Path> extends { readonly data: readonly (infer Item)[] }
    ? Item
    : ResultOf<'GET', Path> extends { readonly data: { readonly segments: readonly (infer Item)[] | null } }
      ? Item
      : unknown
