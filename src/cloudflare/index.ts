export {
  type DurableObjectStorageLike,
  type DurableObjectStoreOptions,
  durableObjectStore,
} from './durable-object-store.ts'
export { type KeyMetadata, type KeyPage, type KVNamespaceLike, type KVStoreOptions, kvStore } from './kv-store.ts'
