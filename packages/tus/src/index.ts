export { type TusServer, tusServer } from './create-tus-server.ts'
export type { TusServerOptions } from './options.ts'
export type { TusCaller } from './tus-caller.ts'
export type { TusUploadIntent } from './upload-intent.ts'
