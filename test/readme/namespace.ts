import { DatabaseSync } from 'node:sqlite'

/** A namespace of Durable Objects, each over a database of its own. Nobody rings their alarms. */
export function createNamespace<Instance>(make: (ctx: never) => Instance) {
  const objects = new Map<string, Instance>()
  return {
    idFromName: (name: string) => name,
    get(name: string): Instance {
      const object = objects.get(name) ?? make(createContext(name) as never)
      objects.set(name, object)
      return object
    },
  }
}

function createContext(name: string) {
  const database = new DatabaseSync(':memory:')
  let alarm: number | null = null
  const setAlarm = async (at: number | null) => {
    alarm = at
  }
  return {
    id: { toString: () => name },
    waitUntil() {},
    storage: {
      sql: {
        exec: (query: string, ...bindings: (string | number | null)[]) => {
          const rows = database.prepare(query).all(...bindings)
          return { toArray: () => rows }
        },
      },
      sync: async () => {},
      getAlarm: async () => alarm,
      setAlarm,
      deleteAlarm: () => setAlarm(null),
      deleteAll: async () => {},
    },
  }
}
