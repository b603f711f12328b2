import type { Command } from './command.ts'
import { abortIncompleteUploads } from './commands/abort-incomplete-uploads.ts'
import { addTrack } from './commands/add-track.ts'
import { backfillMetadata } from './commands/backfill-metadata.ts'
import { cancel } from './commands/cancel.ts'
import { check } from './commands/check.ts'
import { cleanupOrphans } from './commands/cleanup-orphans.ts'
import { console } from './commands/console.ts'
import { deliveries } from './commands/deliveries.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { eraseOwner } from './commands/erase-owner.ts'
import { evictVariants } from './commands/evict-variants.ts'
import { exportOwner } from './commands/export.ts'
import { forgetTarget } from './commands/forget-target.ts'
import { hold } from './commands/hold.ts'
import { importFiles } from './commands/import.ts'
import { init } from './commands/init.ts'
import { initStorage } from './commands/init-storage.ts'
import { list } from './commands/list.ts'
import { migrate } from './commands/migrate.ts'
import { moveStorage } from './commands/move-storage.ts'
import { pauseDeliveries, resumeDeliveries } from './commands/pause-deliveries.ts'
import { pruneEvents } from './commands/prune-events.ts'
import { pruneRuns } from './commands/prune-runs.ts'
import { purge } from './commands/purge.ts'
import { purgeTrashed } from './commands/purge-trashed.ts'
import { purgeUnattached } from './commands/purge-unattached.ts'
import { quotas } from './commands/quotas.ts'
import { recoverLostWork } from './commands/recover-lost-work.ts'
import { redeliver } from './commands/redeliver.ts'
import { regenerateVariants } from './commands/regenerate-variants.ts'
import { release } from './commands/release.ts'
import { removeTrack } from './commands/remove-track.ts'
import { reprobe } from './commands/reprobe.ts'
import { requeue } from './commands/requeue.ts'
import { restore } from './commands/restore.ts'
import { runtimeStatus } from './commands/runtime-status.ts'
import { scanOrphans } from './commands/scan-orphans.ts'
import { schedule } from './commands/schedule.ts'
import { show } from './commands/show.ts'
import { storages } from './commands/storages.ts'
import { sweepOrphanedTempFiles } from './commands/sweep-orphaned-temp-files.ts'
import { trash } from './commands/trash.ts'
import { unhold } from './commands/unhold.ts'
import { upload } from './commands/upload.ts'
import { verifyStorage } from './commands/verify-storage.ts'
import { worker } from './commands/worker.ts'

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  demo,
  init,
  migrate,
  worker,
  upload,
  importFiles,
  show,
  list,
  console,
  doctor,
  runtimeStatus,
  schedule,
  check,
  addTrack,
  removeTrack,
  reprobe,
  release,
  requeue,
  cancel,
  regenerateVariants,
  verifyStorage,
  storages,
  moveStorage,
  initStorage,
  recoverLostWork,
  deliveries,
  redeliver,
  pauseDeliveries,
  resumeDeliveries,
  forgetTarget,
  abortIncompleteUploads,
  cleanupOrphans,
  scanOrphans,
  sweepOrphanedTempFiles,
  backfillMetadata,
  purge,
  purgeUnattached,
  trash,
  restore,
  purgeTrashed,
  hold,
  unhold,
  evictVariants,
  pruneRuns,
  pruneEvents,
  quotas,
  eraseOwner,
  exportOwner,
]
