import type { DurableObjectStorageLike } from './durable-object-store.ts'

/** The part of a Durable Object's `ctx` that is used. */
export interface DurableObjectContext {
  readonly id: { toString(): string }
  readonly storage: DurableObjectStorageLike & {
    getAlarm(): Promise<number | null>
    setAlarm(at: number): Promise<void>
    deleteAlarm(): Promise<void>
    deleteAll(): Promise<void>
  }
  waitUntil(promise: Promise<unknown>): void
}

/** `DurableObject` of `cloudflare:workers`, or a class that extends it: only those can be called from Workers. */
export type DurableObjectBase<Context, Env, Instance> = abstract new (ctx: Context, env: Env) => Instance

/**
 * What an object extends where there is no `cloudflare:workers`, as in Node. The entry for `workerd` takes that module's
 * `DurableObject`, which is the same in shape.
 */
export class PlainObject<Env, Context = DurableObjectContext> {
  /** By this Cloudflare's types know the class of an object that can be called. */
  declare readonly __DURABLE_OBJECT_BRAND: never
  protected readonly ctx: Context
  protected readonly env: Env

  constructor(ctx: Context, env: Env) {
    this.ctx = ctx
    this.env = env
  }
}

type Arguments = readonly [Base: new (ctx: unknown, env: unknown) => object, options: (env: unknown) => unknown]

/**
 * What a maker of classes was given: how options are made, and perhaps, before it, the class to extend.
 *
 * @param Default The class to extend otherwise.
 * @param otherwise How options are made when nothing says it.
 * @throws {TypeError}
 */
export function readArguments(
  name: string,
  Default: unknown,
  [first, second]: readonly unknown[],
  otherwise?: () => unknown,
): Arguments {
  const both = second !== undefined || isClass(first) ? [first, second ?? otherwise] : [Default, first ?? otherwise]
  if (both.every((one) => typeof one === 'function')) return both as unknown as Arguments
  throw new TypeError(`It is ${name}((env) => options), or ${name}(DurableObject, (env) => options).`)
}

/** What the platform made (`DurableObject`) does not say `class`, and no arrow function has a `prototype`. */
function isClass(value: unknown): boolean {
  return /^class|native code/.test(String(value)) && 'prototype' in Object(value)
}

/** What a call of a Durable Object's method by its stub gives. */
export type Called<T> = PromiseLike<T>
