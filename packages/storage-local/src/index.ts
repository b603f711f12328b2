export { localStorage } from './local-storage.ts'
export type { LocalStorageOptions } from './options.ts'
