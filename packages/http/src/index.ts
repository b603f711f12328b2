export type {
  AskedStrategy,
  FamilySource,
  FamilyView,
  Focus,
  PlaceholderView,
  StreamView,
  TrackKind,
  TrackView,
  VariantView,
  WireAddTrack,
  WireAsset,
  WireBeginUpload,
  WireCompletedUpload,
  WireFetchUpload,
  WirePart,
  WireProblem,
  WireRequest,
  WireRoute,
  WireRoutes,
  WireSetFocus,
  WireUpload,
} from '@rindle/client'
export { createHandler, type RindleHandler } from './create-handler.ts'
export { type DrainHandlerOptions, drainHandler } from './drain-handler.ts'
export { incomingOf } from './incoming-of.ts'
export type { Actor, ActorNaming, FetchUrlOptions, HandlerOptions, UploadIntent } from './options.ts'
export type { ResumableCaller, ResumableIntent, ResumableServer } from './resumable-server.ts'
export { type FastifyLike, type FastifyPlugin, toFastifyPlugin } from './to-fastify-plugin.ts'
export { type MountedHandler, type NodeHandler, toNodeHandler } from './to-node-handler.ts'
