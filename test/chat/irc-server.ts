import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findInspircd } from '../inspircd.mjs'
import { atEnd } from '../peers/serve.ts'

interface Ports {
  /** For WebSockets. */
  readonly web: number
  /** For IRC as it was before them. */
  readonly plain: number
}

/** InspIRCd on this machine: an IRC server that is not Twitch. It ends with the test. */
export async function startInspIRCd() {
  const folder = mkdtempSync(join(tmpdir(), 'twitch-keyring-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  // Others may take a port between our finding it free and the server's taking it.
  for (let attempt = 1; ; attempt += 1) {
    const ports = await freePorts()
    const stop = await run(folder, ports).catch((error) => {
      if (attempt === 5) throw error
    })
    if (stop !== undefined) return { ports, stop, restart: () => run(folder, ports) }
  }
}

/** @returns What ends it. */
async function run(folder: string, ports: Ports): Promise<() => Promise<unknown>> {
  const { program = '', modules = '' } = findInspircd() ?? {}
  const file = join(folder, 'inspircd.conf')
  writeFileSync(file, configuration(folder, modules, ports))
  const child = spawn(program, ['--runasroot', '--nofork', '--nopid', '--config', file])
  const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  const stop = () => {
    child.kill()
    return ended
  }
  atEnd(stop)
  const said: string[] = []
  const up = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line)
      if (line.startsWith('InspIRCd is now running')) resolve()
    })
  })
  await Promise.race([up, ended])
  if (child.exitCode === null && !said.some((line) => line.includes('in use'))) return stop
  await stop()
  throw new Error(`InspIRCd does not listen:\n${said.join('\n')}`)
}

/** @see https://docs.inspircd.org/3/configuration/ */
const configuration = (folder: string, modules: string, { web, plain }: Ports) => `<config format="xml">
<server name="irc.example" description="Not Twitch" network="Example" id="00A">
<admin name="nobody" email="nobody@irc.example" nick="nobody">
<path configdir="${folder}" datadir="${folder}" logdir="${folder}" runtimedir="${folder}" moduledir="${modules}">
<module name="sha1">
<module name="websocket">
<websocket sendastext="yes">
<wsorigin allow="*">
<bind address="127.0.0.1" port="${web}" type="clients" hook="websocket">
<bind address="127.0.0.1" port="${plain}" type="clients">
<connect allow="*" timeout="60" pingfreq="8" localmax="100" globalmax="100" resolvehostnames="no" fakelag="no">
<dns server="127.0.0.1" timeout="1">
`

async function freePorts(): Promise<Ports> {
  const [web = 0, plain = 0] = await Promise.all([hold(), hold()]).then((held) =>
    Promise.all(held.map((release) => release())),
  )
  return { web, plain }
}

/** Holds a free port, so that nobody else is given it, until it is released. */
function hold(): Promise<() => Promise<number>> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve(() => new Promise((done) => server.close(() => done(port))))
    })
  })
}

/** Somebody else in a channel, without any library. */
export async function enter(port: number, nick: string, channel: string) {
  const socket = connect(port, '127.0.0.1')
  atEnd(() => socket.destroy())
  const say = (line: string) => socket.write(`${line}\r\n`)
  const heard: string[] = []
  const entered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    createInterface({ input: socket }).on('line', (line) => {
      heard.push(line)
      if (line.startsWith('PING')) say(line.replace('PING', 'PONG'))
      if (line.includes(` 001 ${nick} `)) say(`JOIN ${channel}`)
      if (line.includes(` 366 ${nick} ${channel} `)) resolve()
    })
  })
  say(`NICK ${nick}\r\nUSER ${nick} 0 * :${nick}`)
  await entered
  return { say, heard }
}
