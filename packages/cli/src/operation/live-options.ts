import { RindleError } from '@rindle/core'

/** Options of verbs that delete: they do so only on request. */
export const LIVE_OPTIONS = {
  live: { type: 'boolean', default: false, describe: 'Do it; without it, only count' },
  'dry-run': { type: 'boolean', describe: 'Only count (the default); --no-dry-run means --live' },
} as const

/** Whether to do it. Pure. `invalid_input` if both options are given. */
export function isLive(args: { readonly live: boolean; readonly 'dry-run'?: boolean | undefined }): boolean {
  if (args.live && args['dry-run'] === true) {
    throw new RindleError('invalid_input', 'Use --live or --dry-run, not both.')
  }
  return args.live || args['dry-run'] === false
}

/** Advice after a dry run. Pure. */
export function dryRunNotes(dryRun: boolean): readonly string[] {
  return dryRun ? ['Dry run: nothing was changed. Add --live to do it.'] : []
}
