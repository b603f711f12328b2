export type { AnyServer, FamilyName, ProfileName, SlotName, SlotOfMany, StreamName, VariantName } from './any-server.ts'
export type { AnyAssetView, AssetView } from './asset-view.ts'
export { isClientError, RindleClientError } from './client-error.ts'
export { type CallOptions, type Client, type ClientOptions, createClient, type WatchOptions } from './create-client.ts'
export type { HashWorker } from './file-hashes.ts'
export { type ImageUrlOptions, imageUrl, type RindleImageLoaderProps, rindleImageLoader } from './image-url.ts'
export type { UploadMemory } from './remembered-uploads.ts'
export type { UploadFileOptions, UploadFromUrl, UploadPhase, UploadProgress, WaitFor } from './upload-file-options.ts'
export type {
  AskedStrategy,
  AssetState,
  ChosenOrder,
  FamilySource,
  FamilyView,
  Focus,
  PlaceholderView,
  SessionState,
  StreamView,
  TrackKind,
  TrackView,
  UploadStrategy,
  VariantState,
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
} from './wire.ts'
