// What is used of React, which brings no types.

declare module 'react' {
  export interface Element {
    readonly type: unknown
  }
  export const StrictMode: unknown
  export function createElement(type: unknown, props?: object | null, ...children: unknown[]): Element
  export function useEffect(effect: () => (() => void) | undefined, dependencies?: readonly unknown[]): void
  export function useState<T>(initial: T): [T, (next: T) => void]
  export function useSyncExternalStore<T>(
    subscribe: (listener: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T
  export function act<T>(work: () => Promise<T>): Promise<T>
}

declare module 'react-dom/client' {
  import type { Element } from 'react'

  export interface Root {
    render(element: Element): void
    unmount(): void
  }
  export function createRoot(container: HTMLElement): Root
}
