interface Alarm {
  readonly name: string
  readonly periodInMinutes: number
}

/** `chrome.alarms`: only what was created rings. @see https://developer.chrome.com/docs/extensions/reference/api/alarms */
export function createAlarms() {
  const created: Alarm[] = []
  const listeners: ((alarm: Alarm) => unknown)[] = []
  return {
    created,
    onAlarm: { addListener: (listener: (alarm: Alarm) => unknown) => void listeners.push(listener) },
    get: async (name: string) => created.find((alarm) => alarm.name === name),
    async create(name: string, { periodInMinutes }: Omit<Alarm, 'name'>) {
      if (!(periodInMinutes >= 0.5)) throw new RangeError('Chrome rings every 30 seconds at the soonest.')
      created.push({ name, periodInMinutes })
    },
    /** @returns When all who listen are done. */
    async ring(name: string): Promise<void> {
      const alarm = created.find((alarm) => alarm.name === name)
      if (alarm === undefined) throw new Error(`There is no alarm "${name}".`)
      await Promise.all(listeners.map((listener) => listener(alarm)))
    },
  }
}
