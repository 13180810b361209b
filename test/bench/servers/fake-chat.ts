/** The fake Twitch with its limits lifted, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { startFakeTwitchServer } from '../../../examples-web/server/fake-twitch-server.mjs'
import { createFakeTwitch } from '../../../src/testing/index.ts'

/** One message after another, from one channel to the next. */
export interface Talk {
  readonly channels: readonly string[]
  readonly messages: number
}

const { twitch, endpoints } = await startFakeTwitchServer({
  createFakeTwitch,
  users: ['viewer', ...(workerData as readonly string[])].map((login, index) => ({ id: String(1001 + index), login })),
  chat: { limits: false },
  logLimit: 100,
})
parentPort?.on('message', ({ channels, messages }: Talk) => {
  for (let index = 0; index < messages; index += 1)
    twitch.chat.send('viewer', channels[index % channels.length] as string, `Message ${index} of so many, Kappa`)
})
parentPort?.postMessage(endpoints.irc)
