export { localStorage } from './create-local-storage.ts'
export type { LocalStorageOptions } from './options.ts'
