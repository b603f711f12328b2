import type { InvariantReport } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { type Command, defineCommand } from '../command.ts'
import { limitOf } from '../operation/scope-options.ts'
import { createWalkDisplay } from '../operation/walk-progress.ts'
import { printable } from '../printable.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle check`: looks for violations of the invariants. */
export const check: Command = defineCommand({
  usage: 'check',
  describe: 'Check that rows, jobs and objects agree',
  examples: [
    ['check', 'Ask the storages for every object; exit 1 on any violation'],
    ['check --no-objects', 'Check only the database'],
  ],
  positionals: {},
  options: {
    objects: { type: 'boolean', default: true, describe: 'Also check the objects in the storages' },
    limit: { type: 'number', requiresArg: true, default: 100, describe: 'Violations to list' },
  },
  run: async (args, { io, report }) => {
    const limit = limitOf(args.limit, 10_000)
    return withRindle(args, io, async (rindle) => {
      await rindle.start()
      using display = createWalkDisplay({ io, report }, 'checking that rows, jobs and objects agree')
      const { onProgress } = display
      const listening = onProgress === undefined ? {} : { onProgress }
      const result = await rindle.checkInvariants({ objects: args.objects, limit, signal: io.signal, ...listening })
      display.clear()
      for (const line of linesOf(result)) report.line(line)
      const exitCode = result.interrupted ? 130 : result.violationCount > 0 ? 1 : 0
      return { exitCode, document: result }
    })
  },
})

function linesOf({ checked, violations, violationCount, interrupted }: InvariantReport): readonly string[] {
  const { assets, variants, objects } = checked
  const unlisted = violationCount - violations.length
  const checks = [counted(assets, 'asset'), counted(variants, 'ready variant'), counted(objects, 'object')]
  return [
    ...violations.flatMap(({ class: violation, assetId, variantName, message }) => [
      printable(`${violation}: asset ${assetId}${variantName === undefined ? '' : ` ${variantName}`}`),
      `  ${printable(message)}`,
    ]),
    ...(unlisted > 0 ? [`... and ${unlisted} more`] : []),
    `Checked ${checks.join(', ')}: ${counted(violationCount, 'violation')}.`,
    interrupted ? 'Interrupted.' : 'Done.',
  ]
}
