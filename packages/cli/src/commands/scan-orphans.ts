import type { Orphan } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { formatSize } from '../format-size.ts'
import { FORCE_OPTION } from '../operation/force-option.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { STORAGE_OPTION, scopeOf, secondsOf } from '../operation/scope-options.ts'
import { printable } from '../printable.ts'

const LISTED_IN_JSON = 1_000

/** `rindle scan-orphans`: finds objects in a storage that no row knows. */
export const scanOrphans: Command = defineCommand({
  usage: 'scan-orphans',
  describe: 'Find stored objects that no row knows (orphans)',
  examples: [
    ['scan-orphans', 'List those older than a day'],
    ['scan-orphans --prefix photo/ --live', 'Delete those below photo/'],
    ['scan-orphans --live --force', 'Even if most objects are unknown'],
    ['scan-orphans --grace-sec 604800 --format json', 'Only those older than a week'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    prefix: { type: 'string', requiresArg: true, describe: 'Only keys that begin with this' },
    'grace-sec': { type: 'number', requiresArg: true, default: 86_400, describe: 'Keep anything younger than this' },
    storage: STORAGE_OPTION,
    force: FORCE_OPTION,
  },
  run: async (args, context) => {
    const live = isLive(args)
    const graceSeconds = secondsOf('--grace-sec', args['grace-sec'])
    return runOperationCommand(args, context, 'looking for objects that no row knows', async (rindle, walkOptions) => {
      const listed: Orphan[] = []
      const onOrphan = (orphan: Orphan): void => {
        context.report.line(orphanLine(orphan))
        if (listed.length < LISTED_IN_JSON) listed.push(orphan)
      }
      const prefix = args.prefix === undefined ? {} : { prefix: args.prefix }
      const report = await rindle.scanOrphans({
        ...walkOptions,
        ...scopeOf(args),
        ...prefix,
        graceSeconds,
        live,
        force: args.force,
        onOrphan,
      })
      const { scanned, matched, deleted, bytes, errors, dryRun, interrupted } = report
      return {
        summary: { scanned, matched, deleted, bytes, errors, dry_run: dryRun },
        notes: dryRunNotes(dryRun),
        facts: { orphans: listed.map(({ storage, key, byteSize }) => ({ storage, key, byte_size: byteSize })) },
        hasErrors: errors > 0,
        stopped: report.stopped,
        interrupted,
      }
    })
  },
})

function orphanLine({ storage, key, byteSize, at }: Orphan): string {
  const size = byteSize === null ? 'unfinished upload' : formatSize(byteSize)
  return `orphan ${storage} ${printable(key)}  ${size}  ${at.toISOString()}`
}
