/** A stream of chance that a seed replays. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** From `low` up to and with `high`. */
  integer(low: number, high: number): number
  string(alphabet: string, length: number): string
  /** 8-4-4-4-12 */
  uuid(): string
}

export const LOWER_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789'
export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const ALPHANUMERIC: string = LOWER_ALPHANUMERIC + UPPER
const HEX = '0123456789abcdef'

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  function string(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(next() * alphabet.length)]
    return text
  }
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    string,
    uuid: () =>
      `${string(HEX, 8)}-${string(HEX, 4)}-4${string(HEX, 3)}-${string('89ab', 1)}${string(HEX, 3)}-${string(HEX, 12)}`,
  }
}

/** The same number for the same text (FNV-1a), for colours and pictures. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
