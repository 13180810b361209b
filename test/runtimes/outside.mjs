// @ts-check
/** Reads chat with the built package, in whatever runtime runs this. Its argument is the address of chat. */
import { argv } from 'node:process'
import { readChat } from './read-chat.mjs'

/** @type {typeof import('twitch-keyring/chat')} */
const { ChatReader } = await import(new URL('../../dist/chat/index.js', import.meta.url).href)
console.log(navigator.userAgent)
await readChat(ChatReader, argv[2] ?? '', (news) => console.log(news))
