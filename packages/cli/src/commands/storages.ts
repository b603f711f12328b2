import type { StorageStatus } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { type Command, defineCommand } from '../command.ts'
import { formatSize } from '../format-size.ts'
import { jsonDocument } from '../json-document.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle storages`: what is in each storage, what moves, and how far mirrors are behind. */
export const storages: Command = defineCommand({
  usage: 'storages',
  describe: 'Show the contents of each storage, and open moves',
  examples: [['storages', 'Profiles, moves and mirrors of each storage']],
  positionals: {},
  options: {},
  run: async (args, context) =>
    withRindle(args, context.io, async (rindle) => {
      await rindle.start()
      const found = await rindle.listStorages()
      for (const line of found.flatMap(linesOf)) context.report.line(line)
      return { exitCode: 0, document: { storages: jsonDocument(found) } }
    }),
})

function linesOf({ storage, adapter, profiles, ...rest }: StorageStatus): readonly string[] {
  const { contents, arriving, leftBehind, nextDeletionAt, mirrors } = rest
  return [
    `${storage} (${adapter ?? 'not configured'})${profiles.length === 0 ? '' : `, uploads of ${profiles.join(', ')}`}`,
    ...contents.map(
      ({ profile, assets, bytes, isElsewhere }) =>
        `  ${profile}: ${counted(assets, 'asset')}, ${formatSize(bytes)}${isElsewhere === true ? '; its profile names another storage' : ''}`,
    ),
    ...(arriving > 0 ? [`  ${counted(arriving, 'asset')} moving here: continue with rindle move-storage`] : []),
    ...(leftBehind > 0
      ? [`  ${counted(leftBehind, 'asset')} left behind, to be deleted from ${nextDeletionAt?.toISOString() ?? ''} on`]
      : []),
    ...(mirrors === null ? [] : [`  ${counted(mirrors.count, 'mirror')}: ${lagText(mirrors)}`]),
  ]
}

function lagText({ waiting, since, reason }: NonNullable<StorageStatus['mirrors']>): string {
  if (waiting === 0) return 'nothing waits'
  return `${counted(waiting, 'change')} since ${since?.toISOString() ?? ''}${reason === null ? '' : ` (${reason})`}`
}
