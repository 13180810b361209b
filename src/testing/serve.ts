import { corsHeaders, preflightHeaders } from './cors.ts'
import type { HttpFault } from './faults.ts'
import { type Answer, type Call, lastOfEach } from './http.ts'
import type { Random } from './random.ts'
import { amount, type Kind } from './shape.ts'
import type { LogEntry, World } from './world.ts'

/** What reaches the caller of one request. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Only a part of the body arrives; then the connection breaks, or nothing comes any more. */
  | { readonly kind: 'part'; readonly answer: Answer; readonly ending: 'break' | 'stall' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'silence' }

/** Milliseconds, or from one number to another by (seeded) chance. */
export type Latency = number | readonly [shortest: number, longest: number]

export const LATENCY: Kind = {
  what: 'milliseconds, or a list of the fewest and the most',
  fits: (value) => (Array.isArray(value) ? value.length === 2 && value.every(amount.fits) : amount.fits(value)),
}

export interface ServeOptions {
  readonly latency: () => Latency
  readonly random: Random
  /** Headers of an answer that a page may read beside the usual ones. */
  readonly exposed: readonly string[]
}

const BROKEN: Delivery = { kind: 'broken' }
const SILENCE: Delivery = { kind: 'silence' }

/** Carries a request to the servers and its answer back, through whatever faults are set. */
export function createServe(
  world: World,
  work: (call: Call) => Answer | Promise<Answer>,
  options: ServeOptions,
): (call: Call) => Promise<Delivery> {
  const withCors = corsHeaders(options.exposed)

  async function serve(call: Call): Promise<Delivery> {
    const { host, method, path, headers } = call
    const params = lastOfEach(call.params)
    const entry: LogEntry = { at: world.clock.now(), host, method, path, params, headers, status: 'pending' }
    world.log(entry)
    const fault = world.faults.next({ host, method, path, params }) as HttpFault | undefined
    const latency = fault?.latency ?? pick(options.latency(), options.random)

    await travel(world, latency / 2)
    const delivery = await deliver(call, fault)
    await travel(world, latency / 2)

    if (delivery.kind === 'broken') entry.status = 'no answer'
    else if (delivery.kind !== 'silence') entry.status = delivery.answer.status
    return delivery
  }

  async function answer(call: Call): Promise<Answer> {
    if (call.method === 'OPTIONS') return { status: 204, headers: preflightHeaders(call.host), body: '' }
    const answer = await work(call)
    return { ...answer, headers: { ...answer.headers, ...withCors } }
  }

  async function deliver(call: Call, fault: HttpFault | undefined): Promise<Delivery> {
    if (fault === undefined) return { kind: 'answer', answer: await answer(call) }
    switch (fault.kind) {
      case 'none':
        return { kind: 'answer', answer: await answer(call) }
      case 'no-answer':
      case 'hang':
        if (fault.at === 'after') await answer(call)
        return fault.kind === 'hang' ? SILENCE : BROKEN
      case 'status': {
        if (fault.at === 'after') await answer(call)
        const headers = fault.headers ?? { 'content-type': 'text/plain' }
        return replaced(fault.status, headers, fault.body ?? '', fault.cors)
      }
      case 'html': {
        if (fault.at === 'after') await answer(call)
        const { status = 502, cors } = fault
        const body = `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`
        return replaced(status, { 'content-type': 'text/html' }, body, cors)
      }
      case 'cut': {
        const whole = await answer(call)
        const part = { ...whole, body: whole.body.slice(0, fault.length ?? whole.body.length >> 1) }
        return fault.silent === true
          ? { kind: 'answer', answer: part }
          : { kind: 'part', answer: part, ending: 'break' }
      }
      case 'endless': {
        const whole = await answer(call)
        return {
          kind: 'part',
          answer: { ...whole, body: whole.body.slice(0, whole.body.length >> 1) },
          ending: 'stall',
        }
      }
      case 'body': {
        const { status, headers } = await answer(call)
        const type = fault.contentType ?? headers['content-type'] ?? 'application/json'
        return { kind: 'answer', answer: { status, headers: { ...headers, 'content-type': type }, body: fault.body } }
      }
    }
  }

  function replaced(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string,
    cors: boolean | undefined,
  ): Delivery {
    return { kind: 'answer', answer: { status, headers: cors === false ? headers : { ...headers, ...withCors }, body } }
  }

  return serve
}

/** Even without latency a request arrives after the turn in which it was sent. */
function travel(world: World, ms: number): Promise<void> | undefined {
  if (ms <= 0) return undefined
  return new Promise((resolve) => {
    world.clock.setTimeout(resolve, ms)
  })
}

function pick(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency
  const [shortest, longest] = latency
  return shortest + random.next() * (longest - shortest)
}
