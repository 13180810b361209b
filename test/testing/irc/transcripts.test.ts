import { expect, test } from 'vitest'
import { createSetting, Wire } from './support.ts'
import { transcripts } from './transcripts.ts'

test.each(Object.entries(transcripts))('%s goes as written down', async (_name, transcript) => {
  const setting = createSetting()
  const wires = new Map<string, Wire>()
  const wire = (name: string) => {
    const found = wires.get(name) ?? new Wire(setting.server)
    wires.set(name, found)
    return found
  }
  for (const row of transcript.split('\n').map((row) => row.replace(/^ {4}/, ''))) {
    const [, name = '', direction, line = ''] = /^(\w+)([<>]) (.*)$/.exec(row) ?? []
    if (direction === '>') wire(name).send(line)
    else if (direction === '<') expect(wire(name).lines.shift()).toBe(line)
    else if (row !== '') await obeyStage(row.replace('* ', ''))
  }
  for (const [name, { lines }] of wires) expect([name, lines]).toEqual([name, []])

  async function obeyStage(direction: string): Promise<void> {
    const [first = '', , third = '', , code = ''] = direction.split(' ')
    const loggedIn = /^(\w+) is (?:logged in|in (#\w+))$/.exec(direction)
    if (first === 'wait') await setting.world.clock.advance(Number(direction.split(' ')[1]))
    else if (loggedIn?.[1] !== undefined)
      wires.set(loggedIn[1], setting.client(loggedIn[1], loggedIn[2] === undefined ? {} : { join: loggedIn[2] }))
    else if (third === 'open') expect(wire(first).end).toBeUndefined()
    else expect(wire(first).end).toBe(code === '1006' ? 'terminated' : Number(code))
  }
})
