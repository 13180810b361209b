/** Lines shaped like real chat: 98 % PRIVMSG, about 350 characters, 16 tags. The same seed gives the same lines. */

export const CHANNELS: readonly string[] = ['forsen', 'xqc', 'pajlada', 'nymn', 'twitchdev']

const WORDS =
  'the a you is it to and that of he lol what KEKW OMEGALUL chat why no yes game this play good clip when wait actually stream Kappa monkaS PogChamp ResidentSleeper LULW forsenE POGGERS Sadge xd literally just him bro'.split(
    ' ',
  )
const EMOTES: Readonly<Record<string, string>> = {
  Kappa: '25',
  PogChamp: '305954156',
  ResidentSleeper: '245',
  LULW: '425618',
}
const WIDE = ['😂', '🎉', '👀', 'привет', 'ありがとう', '\u{e0000}']
const COLORS = ['#FF0000', '#00B8FF', '#8A2BE2', '#1E90FF', '', '#DAA520', '#2E8B57']
const BADGES = [
  '',
  'subscriber/12',
  'subscriber/36,glhf-pledge/1',
  'vip/1,bits/1000',
  'moderator/1,subscriber/3024,sub-gifter/5',
  'premium/1',
  'no_audio/1',
]

export function createCorpus(count: number, seed = 1): string[] {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const digits = (length: number) => Array.from({ length }, () => Math.floor(random() * 10)).join('')
  const uuid = () => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16))

  const text = () => {
    const words = Array.from({ length: 1 + Math.floor(random() ** 2 * 16) }, () => pick(WORDS))
    // About a line in ten holds something that is not Latin.
    if (random() < 0.1) words.splice(Math.floor(random() * words.length), 0, pick(WIDE))
    return words.join(' ')
  }
  const emotes = (said: string) => {
    const ranges = new Map<string, string[]>()
    let at = 0
    for (const word of said.split(' ')) {
      const id = EMOTES[word]
      if (id !== undefined) ranges.set(id, [...(ranges.get(id) ?? []), `${at}-${at + word.length - 1}`])
      at += [...word].length + 1
    }
    return [...ranges].map(([id, places]) => `${id}:${places.join(',')}`).join('/')
  }
  const privmsg = (channel: string) => {
    const name = `${pick(WORDS)}${pick(WORDS)}_${digits(3)}`
    const login = name.toLowerCase()
    const badges = pick(BADGES)
    const said = text()
    const months = badges.includes('subscriber') ? `subscriber/${digits(2)}` : ''
    return `@badge-info=${months};badges=${badges};color=${pick(COLORS)};display-name=${name};emotes=${emotes(said)};first-msg=0;flags=;id=${uuid()};mod=0;returning-chatter=0;room-id=${digits(8)};subscriber=${months === '' ? 0 : 1};tmi-sent-ts=16409952${digits(5)};turbo=0;user-id=${digits(9)};user-type= :${login}!${login}@${login}.tmi.twitch.tv PRIVMSG #${channel} :${said}`
  }
  const rare = (channel: string) => {
    const kind = random()
    if (kind < 0.4)
      return `@ban-duration=600;room-id=${digits(8)};target-user-id=${digits(8)};tmi-sent-ts=16409952${digits(5)} :tmi.twitch.tv CLEARCHAT #${channel} :somebody_${digits(3)}`
    if (kind < 0.6)
      return `@login=somebody;room-id=;target-msg-id=${uuid()};tmi-sent-ts=16409952${digits(5)} :tmi.twitch.tv CLEARMSG #${channel} :${text()}`
    return `@badge-info=subscriber/5;badges=subscriber/3;color=#FF0000;display-name=Somebody;emotes=;flags=;id=${uuid()};login=somebody;mod=0;msg-id=resub;msg-param-cumulative-months=5;msg-param-months=0;msg-param-should-share-streak=0;msg-param-sub-plan-name=Channel\\sSubscription;msg-param-sub-plan=1000;room-id=${digits(8)};subscriber=1;system-msg=Somebody\\ssubscribed\\sat\\sTier\\s1.\\sThey've\\ssubscribed\\sfor\\s5\\smonths!;tmi-sent-ts=16409952${digits(5)};user-id=${digits(8)};user-type= :tmi.twitch.tv USERNOTICE #${channel} :${text()}`
  }

  return Array.from({ length: count }, () => {
    const channel = pick(CHANNELS)
    const line = random() < 0.98 ? privmsg(channel) : rare(channel)
    // As a socket hands it over: one flat string, not a rope of pieces.
    return Buffer.from(line).toString()
  })
}
