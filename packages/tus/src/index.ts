export type { TusServerOptions } from './options.ts'
export type { TusCaller } from './tus-caller.ts'
export { type TusServer, tusServer } from './tus-server.ts'
export type { TusUploadIntent } from './upload-intent.ts'
