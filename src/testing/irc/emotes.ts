/** Emotes that everybody may use, by name. The ids are Twitch's own. */
export const GLOBAL_EMOTES: Readonly<Record<string, string>> = {
  ':)': '1',
  ':(': '2',
  ':D': '3',
  '<3': '9',
  ';)': '11',
  ':P': '12',
  Kappa: '25',
  DansGame: '33',
  SwiftRage: '34',
  Kreygasm: '41',
  FrankerZ: '65',
  BibleThump: '86',
  PJSalt: '36',
  TriHard: '120232',
  ResidentSleeper: '245',
  SeemsGood: '64138',
  WutFace: '28087',
  VoHiYo: '81274',
  NotLikeThis: '58765',
  CoolStoryBob: '123171',
  HeyGuys: '30259',
  LUL: '425618',
  PogChamp: '305954156',
}

/**
 * The `emotes` tag of a text: `25:0-4,8-12/1902:6-10`. Offsets are code points, the last one is inside.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#privmsg-tags
 */
export function emotesTag(text: string, emotes: Readonly<Record<string, string>>): string {
  const found = new Map<string, string>()
  let start = 0
  for (const word of text.split(' ')) {
    const id = Object.hasOwn(emotes, word) ? emotes[word] : undefined
    const length = codePoints(word)
    if (id !== undefined) {
      const range = `${start}-${start + length - 1}`
      const before = found.get(id)
      found.set(id, before === undefined ? range : `${before},${range}`)
    }
    start += length + 1
  }
  return [...found].map(([id, ranges]) => `${id}:${ranges}`).join('/')
}

/** @returns Whether the text is made of emotes alone. */
export function isOnlyEmotes(text: string, emotes: Readonly<Record<string, string>>): boolean {
  return text.split(' ').every((word) => Object.hasOwn(emotes, word))
}

export function codePoints(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit <= 0xdbff) index += 1
    count += 1
  }
  return count
}
