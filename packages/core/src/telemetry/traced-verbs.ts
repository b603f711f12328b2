import type { Telemetry } from '../ports/telemetry.ts'
import type { Rindle } from '../rindle.ts'
import { wrapMethods } from '../wrap-methods.ts'

/** What stores, enqueues or walks; what only reads or signs is called too often to be of interest. */
const TRACED: ReadonlySet<keyof Rindle> = new Set([
  'upload',
  'receive',
  'register',
  'discard',
  'initiateUpload',
  'presignedPut',
  'initiateMultipartUpload',
  'completeMultipartUpload',
  'initiateResumableSession',
  'concatenateUploads',
  'resumableSessionStatus',
  'cancelResumableSession',
  'inspectUpload',
  'confirmUpload',
  'verifyCompletion',
  'verifyUpload',
  'abortUpload',
  'store',
  'storeVariant',
  'download',
  'head',
  'delete',
  'attach',
  'append',
  'reorder',
  'detach',
  'serveFile',
  'cancelProcessing',
  'reprobe',
  'releaseAsset',
  'requeueVariants',
  'regenerateVariants',
  'verifyStorage',
  'initStorage',
  'recoverLostWork',
  'abortIncompleteUploads',
  'cleanupOrphans',
  'scanOrphans',
  'sweepOrphanedTempFiles',
  'backfillMetadata',
  'purgeUnattached',
  'purgeAsset',
  'pruneRuns',
  'eraseOwner',
  'eraseOwners',
  'runtimeStatus',
  'checkInvariants',
  'doctor',
] as const)

/** The same instance, with a span round each of its verbs, so that what they enqueue and store is part of one trace. */
export function tracedVerbs<T extends object>(telemetry: Telemetry, instance: T): T {
  return wrapMethods(instance, {
    isFor: (name) => TRACED.has(name as keyof Rindle),
    wrap: (name, call) => telemetry.span(`rindle ${name}`, { kind: 'internal', attributes: {} }, async () => call()),
  })
}
