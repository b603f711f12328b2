import type { TrashAndHolds } from './attachments/trash-and-holds.ts'
import type { Delivery } from './delivery/delivery.ts'
import type { OwnFiles } from './objects/own-files.ts'
import type { Operations } from './operations/operations.ts'
import type {
  Assets,
  Attachments,
  Diagnostics,
  DirectUploads,
  FetchedUploads,
  Instance,
  ProxiedUploads,
  Rindle,
  UploadSessions,
} from './rindle.ts'
import type { AdoptedUploads } from './uploads/adopted/adopted-uploads.ts'
import type { ResumableUploads } from './uploads/resumable/resumable-uploads.ts'

/** The parts of the interface, by the group of their verbs. */
interface Groups {
  readonly instance: Instance
  readonly uploads: ProxiedUploads & AdoptedUploads & FetchedUploads & DirectUploads & ResumableUploads & UploadSessions
  readonly assets: Assets
  readonly attachments: Attachments & TrashAndHolds
  readonly delivery: Delivery
  readonly own_files: OwnFiles
  readonly diagnostics: Diagnostics
  readonly operations: Operations
}

type GroupOf<Name> = { [G in keyof Groups]: Name extends keyof Groups[G] ? G : never }[keyof Groups]

/** The surface of a refusal, as `rindle.runtime.refusal` names it. */
export type Surface = 'upload' | 'storage' | 'attachment' | 'delivery' | 'operation'

/** Facts about one method of {@link Rindle}. */
export interface Verb {
  readonly group: keyof Groups
  /** `null`: one page may call it a thousand times, and it announces its refusals itself. */
  readonly surface: Surface | null
  /**
   * Whether it has a span. Verbs that store, enqueue or walk have one; verbs that read or sign are called too often.
   */
  readonly isTraced: boolean
}

/** The name of a method of {@link Rindle}. */
export type VerbName = Exclude<keyof Rindle, 'version' | 'prisma' | 'profiles' | typeof Symbol.asyncDispose>

/** Every method of an instance. A new method has its own file and its line here. */
export const VERBS: { readonly [Name in VerbName]: Verb & { readonly group: GroupOf<Name> } } = {
  start: { group: 'instance', surface: 'operation', isTraced: false },
  stop: { group: 'instance', surface: 'operation', isTraced: false },
  work: { group: 'instance', surface: 'operation', isTraced: false },
  drain: { group: 'instance', surface: 'operation', isTraced: true },
  liveWorkers: { group: 'instance', surface: 'operation', isTraced: false },
  on: { group: 'instance', surface: 'operation', isTraced: false },
  subscribe: { group: 'instance', surface: 'operation', isTraced: false },
  forTenant: { group: 'instance', surface: 'operation', isTraced: false },
  withTransaction: { group: 'instance', surface: 'operation', isTraced: false },
  upload: { group: 'uploads', surface: 'upload', isTraced: true },
  receive: { group: 'uploads', surface: 'upload', isTraced: true },
  register: { group: 'uploads', surface: 'upload', isTraced: true },
  discard: { group: 'uploads', surface: 'upload', isTraced: true },
  uploadFrom: { group: 'uploads', surface: 'upload', isTraced: true },
  adopt: { group: 'uploads', surface: 'upload', isTraced: true },
  previewAdoption: { group: 'uploads', surface: 'upload', isTraced: true },
  foreignObjects: { group: 'uploads', surface: 'upload', isTraced: false },
  initiateUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  signUpload: { group: 'uploads', surface: 'upload', isTraced: false },
  presignedPut: { group: 'uploads', surface: 'upload', isTraced: true },
  initiateMultipartUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  signMultipartPart: { group: 'uploads', surface: 'upload', isTraced: false },
  listMultipartParts: { group: 'uploads', surface: 'upload', isTraced: false },
  completeMultipartUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  verifyCompletion: { group: 'uploads', surface: 'upload', isTraced: true },
  verifyUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  inspectUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  confirmUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  initiateResumableSession: { group: 'uploads', surface: 'upload', isTraced: true },
  uploadResumable: { group: 'uploads', surface: 'upload', isTraced: true },
  concatenateUploads: { group: 'uploads', surface: 'upload', isTraced: true },
  resumableSessionUri: { group: 'uploads', surface: 'upload', isTraced: false },
  findResumableSession: { group: 'uploads', surface: 'upload', isTraced: false },
  resumableSessionStatus: { group: 'uploads', surface: 'upload', isTraced: true },
  writeResumableSession: { group: 'uploads', surface: 'upload', isTraced: false },
  cancelResumableSession: { group: 'uploads', surface: 'upload', isTraced: true },
  abortUpload: { group: 'uploads', surface: 'upload', isTraced: true },
  uploadSession: { group: 'uploads', surface: 'upload', isTraced: false },
  assetWithUploader: { group: 'uploads', surface: 'upload', isTraced: false },
  uploaderOf: { group: 'uploads', surface: 'upload', isTraced: false },
  storageAdapterFor: { group: 'own_files', surface: 'storage', isTraced: false },
  store: { group: 'own_files', surface: 'storage', isTraced: true },
  storeVariant: { group: 'own_files', surface: 'storage', isTraced: true },
  download: { group: 'own_files', surface: 'storage', isTraced: true },
  head: { group: 'own_files', surface: 'storage', isTraced: true },
  delete: { group: 'own_files', surface: 'storage', isTraced: true },
  urlForKey: { group: 'own_files', surface: 'delivery', isTraced: false },
  asset: { group: 'assets', surface: 'operation', isTraced: false },
  narrow: { group: 'assets', surface: 'operation', isTraced: false },
  setFocus: { group: 'assets', surface: 'operation', isTraced: true },
  addTrack: { group: 'assets', surface: 'operation', isTraced: true },
  removeTrack: { group: 'assets', surface: 'operation', isTraced: true },
  mergeMetadata: { group: 'assets', surface: 'operation', isTraced: false },
  hold: { group: 'attachments', surface: 'attachment', isTraced: true },
  unhold: { group: 'attachments', surface: 'attachment', isTraced: true },
  readyVariantsFor: { group: 'assets', surface: 'operation', isTraced: false },
  cancelProcessing: { group: 'assets', surface: 'operation', isTraced: true },
  attach: { group: 'attachments', surface: 'attachment', isTraced: true },
  append: { group: 'attachments', surface: 'attachment', isTraced: true },
  attachUploaded: { group: 'attachments', surface: 'attachment', isTraced: true },
  reorder: { group: 'attachments', surface: 'attachment', isTraced: true },
  detach: { group: 'attachments', surface: 'attachment', isTraced: true },
  trash: { group: 'attachments', surface: 'attachment', isTraced: true },
  restore: { group: 'attachments', surface: 'attachment', isTraced: true },
  trashedAttachments: { group: 'attachments', surface: 'attachment', isTraced: false },
  attachmentFor: { group: 'attachments', surface: 'attachment', isTraced: false },
  attachmentsFor: { group: 'attachments', surface: 'attachment', isTraced: false },
  url: { group: 'delivery', surface: null, isTraced: false },
  variantUrl: { group: 'delivery', surface: null, isTraced: false },
  trackUrl: { group: 'delivery', surface: null, isTraced: false },
  urlsFor: { group: 'delivery', surface: null, isTraced: false },
  familyUrl: { group: 'delivery', surface: null, isTraced: false },
  streamUrl: { group: 'delivery', surface: null, isTraced: false },
  storyboardUrl: { group: 'delivery', surface: null, isTraced: false },
  picture: { group: 'delivery', surface: null, isTraced: false },
  video: { group: 'delivery', surface: null, isTraced: false },
  audio: { group: 'delivery', surface: null, isTraced: false },
  answerFile: { group: 'delivery', surface: 'operation', isTraced: true },
  serveFile: { group: 'delivery', surface: 'operation', isTraced: true },
  serveImage: { group: 'delivery', surface: 'operation', isTraced: true },
  serveStream: { group: 'delivery', surface: 'operation', isTraced: true },
  reprobe: { group: 'operations', surface: 'operation', isTraced: true },
  releaseAsset: { group: 'operations', surface: 'operation', isTraced: true },
  requeueVariants: { group: 'operations', surface: 'operation', isTraced: true },
  requeueAll: { group: 'operations', surface: 'operation', isTraced: true },
  regenerateVariants: { group: 'operations', surface: 'operation', isTraced: true },
  verifyStorage: { group: 'operations', surface: 'operation', isTraced: true },
  verifyMirrors: { group: 'operations', surface: 'operation', isTraced: true },
  moveStorage: { group: 'operations', surface: 'operation', isTraced: true },
  initStorage: { group: 'operations', surface: 'operation', isTraced: true },
  recoverLostWork: { group: 'operations', surface: 'operation', isTraced: true },
  abortIncompleteUploads: { group: 'operations', surface: 'operation', isTraced: true },
  cleanupOrphans: { group: 'operations', surface: 'operation', isTraced: true },
  scanOrphans: { group: 'operations', surface: 'operation', isTraced: true },
  sweepOrphanedTempFiles: { group: 'operations', surface: 'operation', isTraced: true },
  backfillMetadata: { group: 'operations', surface: 'operation', isTraced: true },
  purgeUnattached: { group: 'operations', surface: 'operation', isTraced: true },
  purgeTrashed: { group: 'operations', surface: 'operation', isTraced: true },
  purgeAsset: { group: 'operations', surface: 'operation', isTraced: true },
  evictVariants: { group: 'operations', surface: 'operation', isTraced: true },
  pruneRuns: { group: 'operations', surface: 'operation', isTraced: true },
  listQuotas: { group: 'operations', surface: 'operation', isTraced: false },
  recountQuotas: { group: 'operations', surface: 'operation', isTraced: true },
  pruneEvents: { group: 'operations', surface: 'operation', isTraced: true },
  eventTargets: { group: 'operations', surface: 'operation', isTraced: false },
  listDeliveries: { group: 'operations', surface: 'operation', isTraced: false },
  redeliver: { group: 'operations', surface: 'operation', isTraced: true },
  pauseDeliveries: { group: 'operations', surface: 'operation', isTraced: true },
  resumeDeliveries: { group: 'operations', surface: 'operation', isTraced: true },
  forgetTarget: { group: 'operations', surface: 'operation', isTraced: true },
  previewOwnerErasure: { group: 'operations', surface: 'operation', isTraced: false },
  eraseOwner: { group: 'operations', surface: 'operation', isTraced: true },
  exportOwner: { group: 'operations', surface: 'operation', isTraced: true },
  previewOwnerErasures: { group: 'operations', surface: 'operation', isTraced: false },
  eraseOwners: { group: 'operations', surface: 'operation', isTraced: true },
  listAssets: { group: 'operations', surface: 'operation', isTraced: false },
  listVariants: { group: 'operations', surface: 'operation', isTraced: false },
  actAsOperator: { group: 'operations', surface: 'operation', isTraced: false },
  operatorActions: { group: 'operations', surface: 'operation', isTraced: false },
  schedule: { group: 'operations', surface: 'operation', isTraced: false },
  scheduledMaintenance: { group: 'operations', surface: 'operation', isTraced: false },
  listStorages: { group: 'operations', surface: 'operation', isTraced: false },
  runtimeStatus: { group: 'operations', surface: 'operation', isTraced: true },
  gauges: { group: 'diagnostics', surface: 'operation', isTraced: false },
  checkInvariants: { group: 'diagnostics', surface: 'operation', isTraced: true },
  doctor: { group: 'diagnostics', surface: 'operation', isTraced: true },
}
