/** Option of verbs that delete nothing, and so do their work by default. */
export const DRY_RUN_OPTION = { type: 'boolean', default: false, describe: 'Only count, and change nothing' } as const

/** The note after the summary of such a dry run. Pure. */
export function nothingChangedNotes(dryRun: boolean): readonly string[] {
  return dryRun ? ['Dry run: nothing was changed.'] : []
}
