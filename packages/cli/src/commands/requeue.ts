import { type Rindle, RindleError, type WalkOptions } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { dryRunNotes, isLive } from '../operation/live-options.ts'
import { type OperationResult, runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle requeue`: tries the failed and cancelled variants of an asset, or of many, again. */
export const requeue: Command = defineCommand({
  usage: 'requeue [assetId]',
  describe: 'Enqueue failed and cancelled variants again',
  examples: [
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001', 'All failed and cancelled ones'],
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001 --variants thumb,large', 'These two'],
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001 --dry-run', 'Count them'],
    ['requeue --all --reason insufficient_disk', 'Count those that failed on a full disk, of all assets'],
    ['requeue --all --reason insufficient_disk --live', 'Enqueue them again'],
  ],
  positionals: { assetId: { type: 'string', describe: 'The id of an asset' } },
  options: {
    variants: { type: 'string', requiresArg: true, describe: 'Only these variants, such as thumb,large' },
    'dry-run': DRY_RUN_OPTION,
    all: { type: 'boolean', default: false, describe: 'Variants of all assets; only counts without --live' },
    live: { type: 'boolean', default: false, describe: 'With --all: do it' },
    reason: {
      type: 'string',
      requiresArg: true,
      describe: 'With --all: only this reason, such as insufficient_disk',
    },
    profile: { type: 'string', requiresArg: true, describe: 'With --all: only assets of this profile' },
    tenant: { type: 'string', requiresArg: true, describe: 'With --all: only assets of this tenant' },
    'older-than-sec': {
      type: 'number',
      requiresArg: true,
      describe: 'With --all: only those that failed this long ago',
    },
  },
  run: async (args, context) => {
    const { assetId } = args
    const names = args.variants?.split(',').map((name) => name.trim())
    const variants = names === undefined ? {} : { variants: names }
    assertScope(args)
    return runOperationCommand(args, context, 'requeue of failed and cancelled variants', (rindle, walkOptions) =>
      assetId === undefined
        ? requeueMany(rindle, args, { ...walkOptions, ...variants })
        : requeueOne(rindle, assetId, { ...variants, dryRun: args['dry-run'] }),
    )
  },
})

interface Scope {
  readonly assetId?: string | undefined
  readonly all: boolean
  readonly live: boolean
  readonly 'dry-run': boolean
  readonly reason?: string | undefined
  readonly profile?: string | undefined
  readonly tenant?: string | undefined
  readonly 'older-than-sec'?: number | undefined
}

/** One asset, or all of them: what narrows the one says nothing about the other. */
function assertScope({ assetId, all, live, reason, profile, tenant, 'older-than-sec': olderThan }: Scope): void {
  if (all && assetId !== undefined) {
    throw new RindleError('invalid_input', 'Name an asset or use --all, not both.')
  }
  if (all) return
  if (assetId === undefined) throw new RindleError('invalid_input', 'Name an asset, or use --all.')
  const given = Object.entries({
    '--live': live || undefined,
    '--reason': reason,
    '--profile': profile,
    '--tenant': tenant,
    '--older-than-sec': olderThan,
  })
  const [wrong] = given.find(([, value]) => value !== undefined) ?? []
  if (wrong !== undefined) throw new RindleError('invalid_input', `${wrong} works with --all, not with an asset.`)
}

async function requeueOne(
  rindle: Rindle,
  assetId: string,
  options: { readonly variants?: readonly string[]; readonly dryRun: boolean },
): Promise<OperationResult> {
  const { selected, enqueued, skipped, errors, dryRun } = await rindle.requeueVariants(assetId, options)
  return {
    summary: { selected, enqueued, skipped, errors },
    notes: nothingChangedNotes(dryRun),
    facts: { dry_run: dryRun },
    hasErrors: errors > 0,
  }
}

async function requeueMany(
  rindle: Rindle,
  args: Scope,
  options: WalkOptions & { readonly variants?: readonly string[] },
): Promise<OperationResult> {
  const { reason, profile, tenant, 'older-than-sec': olderThan } = args
  const { selected, enqueued, skipped, errors, dryRun, interrupted } = await rindle.requeueAll({
    ...options,
    ...(reason === undefined ? {} : { reason }),
    ...(profile === undefined ? {} : { profile }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(olderThan === undefined ? {} : { olderThanSeconds: secondsOf('--older-than-sec', olderThan) }),
    live: isLive({ live: args.live, 'dry-run': args['dry-run'] || undefined }),
  })
  return {
    summary: { selected, enqueued, skipped, errors },
    notes: dryRunNotes(dryRun),
    facts: { dry_run: dryRun },
    hasErrors: errors > 0,
    interrupted,
  }
}
