import type { JsonObject, MoveStorageOptions, Rindle } from '@rindle/core'
import type { Fields, WalkCall, WalkVerb } from './verb.ts'

/** A verb of the same name on the command line, whose dry run is asked for with `dryRun`, or left with `live`. */
interface Declaration extends Omit<WalkVerb, 'command' | 'run' | 'isDestructive' | 'runsAtZero' | 'fields'> {
  readonly isDestructive?: boolean
  readonly runsAtZero?: boolean
  readonly fields?: readonly string[]
  readonly program: string
  readonly switch: '--live' | '--dry-run'
  readonly run: (rindle: Rindle, options: object) => Promise<object>
}

/** The verbs of maintenance, in the order of their page. */
export const WALK_VERBS: readonly WalkVerb[] = [
  walkVerb({
    name: 'recoverLostWork',
    label: 'Recover lost work',
    effect: 'Enqueues work that has lost its job.',
    group: 'recover',
    counted: 'found',
    program: 'recover-lost-work',
    switch: '--dry-run',
    run: (rindle, options) => rindle.recoverLostWork(options),
  }),
  walkVerb({
    name: 'requeueAll',
    label: 'Requeue',
    effect: 'Tries failed and cancelled variants again.',
    group: 'recover',
    fields: ['profile', 'tenant', 'reason'],
    counted: 'enqueued',
    program: 'requeue --all',
    switch: '--live',
    run: (rindle, options) => rindle.requeueAll(options),
  }),
  walkVerb({
    name: 'regenerateVariants',
    label: 'Regenerate variants',
    effect: 'Makes outdated, stale, missing and newly declared variants.',
    group: 'recover',
    fields: ['profile', 'tenant'],
    counted: 'enqueued',
    program: 'regenerate-variants',
    switch: '--dry-run',
    run: (rindle, options) => rindle.regenerateVariants(options),
  }),
  walkVerb({
    name: 'backfillMetadata',
    label: 'Backfill metadata',
    effect: 'Runs the analyzers again, and makes missing placeholders.',
    group: 'recover',
    fields: ['profile', 'tenant', 'storage'],
    counted: 'updated',
    program: 'backfill-metadata',
    switch: '--dry-run',
    run: (rindle, options) => rindle.backfillMetadata(options),
  }),
  walkVerb({
    name: 'verifyStorage',
    label: 'Verify storage',
    effect: 'Asks the storages for every object, and marks missing ones.',
    group: 'check',
    fields: ['profile', 'tenant', 'storage'],
    counted: 'missing',
    // Variants and originals that are found again are noted, too.
    runsAtZero: true,
    program: 'verify-storage',
    switch: '--dry-run',
    run: (rindle, options) => rindle.verifyStorage(options),
  }),
  walkVerb({
    name: 'verifyMirrors',
    label: 'Verify mirrors',
    effect: 'Compares storages with their mirrors, updates the mirrors, and brings back lost objects.',
    group: 'check',
    counted: 'found',
    program: 'verify-storage --mirror',
    switch: '--live',
    run: (rindle, options) => rindle.verifyMirrors(options),
  }),
  walkVerb({
    name: 'moveStorage',
    label: 'Move storage',
    effect: 'Copies assets to another storage. The old objects are deleted when their URLs have expired.',
    group: 'move',
    fields: ['to', 'from', 'profile', 'tenant'],
    counted: 'found',
    program: 'move-storage',
    switch: '--live',
    run: (rindle, options) => rindle.moveStorage(options as MoveStorageOptions),
  }),
  walkVerb({
    name: 'recountQuotas',
    label: 'Count quotas again',
    effect: 'Counts what accounts hold from the rows of their assets, and corrects the numbers that differ.',
    group: 'check',
    counted: 'drifted',
    program: 'quotas',
    switch: '--live',
    run: (rindle, options) => rindle.recountQuotas(options),
  }),
  walkVerb({
    name: 'scanOrphans',
    label: 'Scan for orphans',
    effect: 'Finds and deletes objects that no row knows.',
    group: 'clean',
    isDestructive: true,
    fields: ['storage'],
    counted: 'matched',
    program: 'scan-orphans',
    switch: '--live',
    run: (rindle, options) => rindle.scanOrphans(options),
  }),
  walkVerb({
    name: 'abortIncompleteUploads',
    label: 'Abort incomplete uploads',
    effect: 'Ends uploads that are past their deadline.',
    group: 'clean',
    counted: 'sessionsFound',
    program: 'abort-incomplete-uploads',
    switch: '--dry-run',
    run: (rindle, options) => rindle.abortIncompleteUploads(options),
  }),
  walkVerb({
    name: 'cleanupOrphans',
    label: 'Clean up sessions',
    effect: 'Deletes expired uploads and their staged objects.',
    group: 'clean',
    isDestructive: true,
    fields: ['storage'],
    counted: 'sessionsFound',
    program: 'cleanup-orphans',
    switch: '--live',
    run: (rindle, options) => rindle.cleanupOrphans(options),
  }),
  walkVerb({
    name: 'purgeUnattached',
    label: 'Purge the unattached',
    effect: 'Deletes assets that were attached nowhere for seven days.',
    group: 'clean',
    isDestructive: true,
    fields: ['profile', 'tenant'],
    counted: 'found',
    program: 'purge-unattached',
    switch: '--live',
    run: (rindle, options) => rindle.purgeUnattached(options),
  }),
  walkVerb({
    name: 'purgeTrashed',
    label: 'Purge the trash',
    effect: 'Deletes assets whose time in the trash is over. Those on hold stay.',
    group: 'clean',
    isDestructive: true,
    fields: ['profile', 'tenant'],
    counted: 'found',
    program: 'purge-trashed',
    switch: '--dry-run',
    run: (rindle, options) => rindle.purgeTrashed(options),
  }),
  walkVerb({
    name: 'evictVariants',
    label: 'Evict variants',
    effect: 'Purges variants on demand that no page has asked for in thirty days.',
    group: 'clean',
    fields: ['profile', 'tenant'],
    counted: 'found',
    program: 'evict-variants',
    switch: '--dry-run',
    run: (rindle, options) => rindle.evictVariants(options),
  }),
  walkVerb({
    name: 'sweepOrphanedTempFiles',
    label: 'Sweep temporary files',
    effect: 'Deletes files that killed processes left on this machine.',
    group: 'clean',
    isDestructive: true,
    counted: 'matched',
    program: 'sweep-orphaned-temp-files',
    switch: '--live',
    run: (rindle, options) => rindle.sweepOrphanedTempFiles(options),
  }),
  walkVerb({
    name: 'pruneRuns',
    label: 'Prune runs',
    effect: 'Deletes runs older than ninety days.',
    group: 'clean',
    isDestructive: true,
    counted: 'runsFound',
    program: 'prune-runs',
    switch: '--live',
    run: (rindle, options) => rindle.pruneRuns(options),
  }),
  walkVerb({
    name: 'pruneEvents',
    label: 'Prune events',
    effect: 'Deletes events older than thirty days that are no longer needed.',
    group: 'clean',
    isDestructive: true,
    counted: 'eventsFound',
    program: 'prune-events',
    switch: '--live',
    run: (rindle, options) => rindle.pruneEvents(options),
  }),
]

function walkVerb({ program, switch: flag, run, ...declared }: Declaration): WalkVerb {
  const { isDestructive = false, runsAtZero = false, fields = [], ...verb } = declared
  return {
    ...verb,
    isDestructive,
    runsAtZero,
    fields,
    command: (_ids, given) => ['rindle', program, ...flags(given), ...(flag === '--live' ? ['--live'] : [])].join(' '),
    run: async (rindle, { isLive, fields: given, ...walk }: WalkCall) => {
      const mode = flag === '--live' ? { live: isLive } : { dryRun: !isLive }
      return (await run(rindle, { ...mode, ...given, ...walk })) as JsonObject
    },
  }
}

function flags(fields: Fields): readonly string[] {
  return Object.entries(fields).map(([name, value]) => `--${name} ${value}`)
}
