// @ts-check
/**
 * Evaluates a module and all it imports in a realm that has the language and nothing else: whatever else the module
 * touches while it is imported is printed as a JSON list. Run with `--experimental-vm-modules`.
 */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createContext, runInContext, SourceTextModule } from 'node:vm'

/** Constructors that only make a value, the same everywhere. */
const harmless = ['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget', 'Headers', 'TextDecoder']
harmless.push('TextEncoder', 'URL', 'URLSearchParams', 'globalThis')

const browsers = ['window', 'self', 'document', 'location', 'history', 'indexedDB', 'localStorage', 'sessionStorage']
browsers.push('WebSocket', 'XMLHttpRequest', 'Worker', 'chrome', 'browser', 'caches', 'addEventListener', 'reportError')
browsers.push('requestAnimationFrame', 'requestIdleCallback', 'isSecureContext', 'require', 'module', 'WebSocketPair')

/** @type {Set<string>} */
const touched = new Set()
const realm = createContext({})
const language = new Set(runInContext('Object.getOwnPropertyNames(globalThis)', realm))

/** @param {string} name */
function touch(name) {
  // jose asks for the user agent when it is imported, in order to know whether it may set that header.
  if (name === 'navigator' && new Error().stack?.includes('/node_modules/jose/')) return undefined
  touched.add(name)
  throw new Error(`${name} was touched during import`)
}

for (const name of new Set([...Object.getOwnPropertyNames(globalThis), ...browsers])) {
  if (language.has(name)) continue
  if (harmless.includes(name)) realm[name] = globalThis[/** @type {keyof typeof globalThis} */ (name)]
  else Object.defineProperty(realm, name, { get: () => touch(name), configurable: true })
}
const arm = `(touch) => {
  Math.random = () => touch('Math.random')
  globalThis.console = new Proxy({}, { get: (_, name) => touch('console.' + String(name)) })
  globalThis.Date = new Proxy(Date, {
    construct: () => touch('new Date'),
    apply: () => touch('Date'),
    get: (target, name) => (name === 'now' ? () => touch('Date.now') : target[name]),
  })
}`
runInContext(arm, realm)(touch)

/** @type {Map<string, Promise<SourceTextModule>>} */
const modules = new Map()

/** @param {string} url */
function load(url) {
  const known = modules.get(url)
  if (known) return known
  const made = readFile(fileURLToPath(url), 'utf8').then(
    (code) => new SourceTextModule(code, { context: realm, identifier: url }),
  )
  modules.set(url, made)
  return made
}

/** @param {string} specifier @param {string} from */
function resolve(specifier, from) {
  if (specifier.startsWith('.')) return new URL(specifier, from).href
  return import.meta.resolve(specifier)
}

process.on('unhandledRejection', (error) => touched.size > 0 || touched.add(String(error)))
const entry = await load(pathToFileURL(process.argv[2] ?? '').href)
await entry.link((specifier, importer) => load(resolve(specifier, importer.identifier)))
await entry.evaluate().catch((error) => touched.size > 0 || touched.add(String(error)))
// What an import left for later.
await setImmediate()
await setImmediate()

console.log(JSON.stringify([...touched]))
process.exit()
