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

/**
 * `DurableObject` of `cloudflare:workers`. It is handed in: only a class that extends it can be called from Workers, and
 * only Workers have that module.
 */
export type DurableObjectBase<Context, Env, Instance> = abstract new (ctx: Context, env: Env) => Instance

/** What a call of a Durable Object's method by its stub gives. */
export type Called<T> = PromiseLike<T>
