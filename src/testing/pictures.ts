import type { Answer, Call } from './http.ts'
import { hash } from './random.ts'

/** The global badges, and their versions. */
export const BADGE_SETS: Readonly<Record<string, readonly string[]>> = {
  broadcaster: ['1'],
  moderator: ['1'],
  vip: ['1'],
  subscriber: ['0', '1'],
  founder: ['0'],
  premium: ['1'],
  turbo: ['1'],
  partner: ['1'],
  staff: ['1'],
  bits: ['1', '100', '1000'],
  'sub-gifter': ['1'],
  'bot-badge': ['1'],
}

/** Twitch has a UUID where the fake has the name of the badge, so that it can draw it. */
export function badgeUrl(cdn: string, setId: string, version: string, size: 1 | 2 | 3): string {
  return `${cdn}/badges/v1/${setId}-${version}/${size}`
}

const BADGES: Readonly<Record<string, { readonly ground: string; readonly sign: string }>> = {
  broadcaster: { ground: '#e91916', sign: '●' },
  moderator: { ground: '#00ad03', sign: '⚔' },
  vip: { ground: '#e005b9', sign: '◆' },
  subscriber: { ground: '#8205b4', sign: '★' },
  founder: { ground: '#6441a5', sign: '1' },
  premium: { ground: '#00a0d6', sign: '♛' },
  turbo: { ground: '#59399a', sign: '↯' },
  partner: { ground: '#9146ff', sign: '✓' },
  staff: { ground: '#1f1f23', sign: '⚒' },
  bits: { ground: '#cbcbcb', sign: '▲' },
  'sub-gifter': { ground: '#f2a900', sign: '♥' },
  'bot-badge': { ground: '#00a884', sign: '⚙' },
}

/** static-cdn.jtvnw.net: drawn pictures in place of the real ones, the same for the same address. */
export function picture(call: Call): Answer {
  const [kind = '', ...rest] = call.path.slice(1).split('/')
  if (call.method === 'GET') {
    if (kind === 'emoticons' && rest[0] === 'v2' && rest[1]) return svg(emote(decodeURIComponent(rest[1]), rest[4]))
    if (kind === 'badges' && rest[0] === 'v1' && rest[1]) return svg(badge(rest[1], rest[2]))
    if (kind === 'jtv_user_pictures' && rest[0]) return svg(portrait(rest[0]))
    if (kind === 'previews-ttv' && rest[0]) return svg(preview(rest[0]))
  }
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: '' }
}

function svg(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=604800' }, body }
}

function draw(width: number, height: number, box: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}">${content}</svg>`
}

/** A face whose colour, eyes and mouth come from the id. */
function emote(id: string, scale: string | undefined): string {
  const seed = hash(id)
  const hue = seed % 360
  const mouths = [
    'M8 17q6 6 12 0',
    'M8 20q6-6 12 0',
    'M9 18h10',
    'M8 16q6 9 12 0z',
    'M11 18a3 3 0 1 0 6 0 3 3 0 1 0-6 0',
  ]
  const mouth = mouths[(seed >>> 9) % mouths.length] ?? ''
  const eye = 1.4 + ((seed >>> 13) % 3) * 0.5
  const size = 28 * pixels(scale, { '1.0': 1, '2.0': 2, '3.0': 4 })
  const face =
    id === '9'
      ? '<path d="M14 24C2 15 4 5 10 5q3 0 4 4 1-4 4-4c6 0 8 10-4 19z" fill="#e0245e"/>'
      : `<circle cx="14" cy="14" r="12.5" fill="hsl(${hue} 85% 65%)" stroke="hsl(${hue} 60% 35%)"/>` +
        `<circle cx="9.5" cy="11" r="${eye}"/><circle cx="18.5" cy="11" r="${eye}"/>` +
        `<path d="${mouth}" fill="none" stroke="#000" stroke-width="1.6" stroke-linecap="round"/>`
  return draw(size, size, '0 0 28 28', face)
}

function badge(name: string, size: string | undefined): string {
  const [, set = name] = /^(?:\d+-)?(.+)-[^-]+$/.exec(name) ?? []
  const { ground, sign } = BADGES[set] ?? {
    ground: `hsl(${hash(name) % 360} 50% 40%)`,
    sign: set.charAt(0).toUpperCase(),
  }
  const side = 18 * pixels(size, { '1': 1, '2': 2, '3': 4 })
  const text = `<text x="9" y="13.4" font-size="12" text-anchor="middle" fill="#fff" font-family="sans-serif">${escapeXml(sign)}</text>`
  return draw(side, side, '0 0 18 18', `<rect width="18" height="18" rx="3" fill="${ground}"/>${text}`)
}

function portrait(file: string): string {
  const login = file.split('-')[0] ?? ''
  const initial = escapeXml(login.charAt(0).toUpperCase())
  return draw(
    300,
    300,
    '0 0 300 300',
    `<rect width="300" height="300" fill="hsl(${hash(login) % 360} 55% 45%)"/>` +
      `<text x="150" y="205" font-size="160" text-anchor="middle" fill="#fff" font-family="sans-serif">${initial}</text>`,
  )
}

function preview(file: string): string {
  const [, width = '440', height = '248'] = /(\d+)x(\d+)/.exec(file) ?? []
  const hue = hash(file.replace(/-\d+x\d+/, '')) % 360
  return draw(Number(width), Number(height), '0 0 16 9', `<rect width="16" height="9" fill="hsl(${hue} 40% 25%)"/>`)
}

function pixels(key: string | undefined, sizes: Readonly<Record<string, number>>): number {
  return sizes[key ?? ''] ?? 1
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
