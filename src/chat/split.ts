/** How far back from the limit a cut may move, so that no part starts like a command. */
const BACK = 40

/**
 * Cuts a text that is too long for one message, between words where it can. The parts put together are the text.
 *
 * No cut falls inside a code point, and none so that a part starts with `/` or `.`, which Twitch takes for a command.
 *
 * @param limit Code points a part may have.
 */
export function splitText(text: string, limit: number): readonly string[] {
  const parts: string[] = []
  let start = 0
  while (start < text.length) {
    const end = skip(text, start, limit)
    const cut = end >= text.length ? text.length : cutBefore(text, start, end)
    parts.push(text.slice(start, cut))
    start = cut
  }
  return parts
}

/** The offset `count` code points after `start`. */
function skip(text: string, start: number, count: number): number {
  let at = start
  for (let left = count; left > 0 && at < text.length; left -= 1)
    at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1
  return at
}

function cutBefore(text: string, start: number, end: number): number {
  for (let space = text.lastIndexOf(' ', end - 1); space > start; space = text.lastIndexOf(' ', space - 1))
    if (startsWell(text, space + 1)) return space + 1
  for (let cut = end; cut > Math.max(start, end - BACK); cut -= 1)
    if (startsWell(text, cut) && !isInside(text, cut)) return cut
  return end
}

function startsWell(text: string, at: number): boolean {
  return !/^ *[/.]/.test(text.slice(at, at + BACK))
}

function isInside(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) as number) > 0xffff
}
