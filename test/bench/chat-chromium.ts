/** Chromium without Playwright, which has it report every frame of every WebSocket: dearer than to read them. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { launchOptions } from '../browsers.mjs'

type Json = Record<string, unknown>
type Send = (method: string, params?: Json, sessionId?: string) => Promise<Json>

export interface BenchPage {
  /** @returns What the expression comes to, its promise awaited. */
  evaluate(expression: string): Promise<unknown>
  /** Seconds of its main thread's processor time that it has spent in tasks. */
  taskTime(): Promise<number>
}

/** @param args More arguments of its command line. */
export async function openChromium(...args: readonly string[]) {
  const profile = await mkdtemp(join(tmpdir(), 'twitch-keyring-'))
  const { executablePath = '', args: usual = [] } = launchOptions('chromium')
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']
  const child = spawn(executablePath, [...usual, ...args, ...own], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const send = await connect(await devToolsUrl(child.stderr))
  const { product } = await send('Browser.getVersion')
  return {
    version: String(product).replace(/^.*\//, ''),
    open: (url: string) => openPage(send, url),
    async close(): Promise<void> {
      child.kill()
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function devToolsUrl(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = []
  for await (const line of createInterface({ input: output })) {
    const url = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (url !== undefined) {
      output.resume()
      return url
    }
    said.push(line)
  }
  throw new Error(`Chromium did not start:\n${said.join('\n')}`)
}

/** @see https://chromedevtools.github.io/devtools-protocol/ */
async function connect(url: string): Promise<Send> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, PromiseWithResolvers<Json>>()
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data)
    const waiter = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) waiter?.resolve(result)
    else waiter?.reject(new Error(error.message))
  }
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  let last = 0
  return (method, params = {}, sessionId) => {
    const id = ++last
    const waiter = Promise.withResolvers<Json>()
    waiting.set(id, waiter)
    socket.send(JSON.stringify({ id, method, params, sessionId }))
    return waiter.promise
  }
}

/** In a context, and so in a process of its own. */
async function openPage(send: Send, url: string): Promise<BenchPage> {
  const { browserContextId } = await send('Target.createBrowserContext')
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId })
  const sessionId = String((await send('Target.attachToTarget', { targetId, flatten: true }))['sessionId'])
  const evaluate = async (expression: string): Promise<unknown> => {
    const params = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails } = (await send('Runtime.evaluate', params, sessionId)) as {
      result: { value: unknown }
      exceptionDetails?: { exception?: { description?: string } }
    }
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description)
    return result.value
  }
  await send('Page.navigate', { url }, sessionId)
  await evaluate('document.readyState === "complete" || new Promise((done) => addEventListener("load", done))')
  await send('Performance.enable', { timeDomain: 'threadTicks' }, sessionId)
  return {
    evaluate,
    async taskTime() {
      const { metrics } = (await send('Performance.getMetrics', {}, sessionId)) as {
        metrics: readonly { name: string; value: number }[]
      }
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
    },
  }
}
