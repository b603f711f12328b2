export { createHandler, type RindleHandler } from './create-handler.ts'
export type { HandlerOptions, UploadIntent } from './options.ts'
export type { ResumableCaller, ResumableIntent, ResumableServer } from './resumable-server.ts'
export { type FastifyLike, type FastifyPlugin, toFastifyPlugin } from './to-fastify-plugin.ts'
export { type NodeHandler, toNodeHandler } from './to-node-handler.ts'
export type {
  AskedStrategy,
  AssetView,
  BeginUpload,
  CompletedUpload,
  Problem,
  Upload,
  UploadRequest,
  VariantView,
} from './wire.ts'
