import type { ReprobedField } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** The column names of the fields, in the order of printing. */
const COLUMNS = {
  contentType: 'content_type',
  kind: 'kind',
  width: 'width',
  height: 'height',
  durationMs: 'duration_ms',
  hasVideoTrack: 'has_video_track',
  hasAudioTrack: 'has_audio_track',
} as const satisfies Record<ReprobedField, string>

/** `rindle reprobe`: reads an original again and corrects its row. */
export const reprobe: Command = defineCommand({
  usage: 'reprobe <assetId>',
  describe: 'Read type, dimensions and tracks of an original again',
  examples: [
    ['reprobe 019a3b1c-7d2e-7f00-8000-000000000001', 'Correct the row, and print the changes'],
    ['reprobe 019a3b1c-7d2e-7f00-8000-000000000001 --dry-run', 'Only print them'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: { 'dry-run': DRY_RUN_OPTION },
  run: async (args, context) =>
    runOperationCommand(args, context, 'reading the original again', async (rindle) => {
      const { asset, changed, dryRun } = await rindle.reprobe(args.assetId, { dryRun: args['dry-run'] })
      const fields = Object.entries(COLUMNS) as [ReprobedField, string][]
      const columns = changed.map((field) => COLUMNS[field])
      return {
        summary: Object.fromEntries(fields.map(([field, column]) => [column, asset[field]])),
        notes: [changeNote(columns, dryRun), ...nothingChangedNotes(dryRun)],
        facts: { changed: columns, dry_run: dryRun },
        hasErrors: false,
      }
    }),
})

function changeNote(columns: readonly string[], dryRun: boolean): string {
  if (columns.length === 0) return dryRun ? 'The row is already correct.' : 'Nothing has changed.'
  return `${dryRun ? 'Would change' : 'Changed'}: ${columns.join(', ')}.`
}
