import { resolve } from 'node:path'
import { type ErasureReport, type ErasureTotals, type Rindle, RindleError, type WalkOptions } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { countOwners, ownersIn } from '../operation/owners-file.ts'
import { type OperationResult, runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle erase-owner`: detaches everything that an owner holds, and purges assets that nobody else holds. */
export const eraseOwner: Command = defineCommand({
  usage: 'erase-owner [type] [id]',
  describe: 'Detach and purge all assets of an owner',
  examples: [
    ['erase-owner user 42', 'Count the detachments and purges'],
    ['erase-owner user 42 --live', 'Do it'],
    ['erase-owner --owners-file gone.txt --live', 'Many owners, type:id on each line'],
  ],
  positionals: {
    type: { type: 'string', describe: "The owner's type" },
    id: { type: 'string', describe: "The owner's id" },
  },
  options: {
    'owners-file': { type: 'string', requiresArg: true, describe: 'Owners, type:id on each line' },
    tenant: { type: 'string', requiresArg: true, describe: 'With one owner: only assets of this tenant' },
    ...LIVE_OPTIONS,
  },
  run: async (args, context) => {
    const live = isLive(args)
    const { type, id, tenant, 'owners-file': file } = args
    if (file !== undefined && tenant !== undefined) {
      throw new RindleError('invalid_input', '--tenant works with one owner, not with --owners-file.')
    }
    if (file !== undefined && type === undefined) {
      const path = resolve(context.io.cwd, file)
      const total = await countOwners(path, file)
      return runOperationCommand(args, context, 'erasure of owners', (rindle, options) =>
        eraseMany(rindle, path, live, knowing(total, options)),
      )
    }
    if (file !== undefined || type === undefined || id === undefined) {
      throw new RindleError('invalid_input', 'Name the type and id of one owner, or use --owners-file.')
    }
    return runOperationCommand(args, context, 'erasure of an owner', async (rindle) => {
      const owner = { type, id }
      const within = tenant === undefined ? {} : { tenant }
      const report = live ? await rindle.eraseOwner(owner, within) : await rindle.previewOwnerErasure(owner, within)
      return resultOfOne(report, live)
    })
  },
})

/** Adds the total: the verb gets a stream, and cannot know its length. */
function knowing(total: number, { onProgress, ...options }: WalkOptions): WalkOptions {
  if (onProgress === undefined) return options
  return { ...options, onProgress: (counts, progress) => onProgress(counts, { ...progress, total }) }
}

async function eraseMany(rindle: Rindle, path: string, live: boolean, options: WalkOptions): Promise<OperationResult> {
  const owners = ownersIn(path)
  return resultOfMany(
    live ? await rindle.eraseOwners(owners, options) : await rindle.previewOwnerErasures(owners, options),
  )
}

function resultOfOne(report: ErasureReport, live: boolean): OperationResult {
  const { attachmentsToDetach, assetsToPurge, retainedSharedAssets, blocked } = report
  return {
    summary: {
      owners: 1,
      attachments_to_detach: attachmentsToDetach.length,
      assets_to_purge: assetsToPurge.length,
      retained_shared_assets: retainedSharedAssets.length,
      blocked: blocked.length,
      errors: 0,
      dry_run: !live,
    },
    notes: [...blockedNotes(blocked.length), ...dryRunNotes(!live)],
    facts: {
      attachments: [...attachmentsToDetach],
      purged_assets: [...assetsToPurge],
      shared_assets: [...retainedSharedAssets],
      blocked_assets: blocked.map(({ assetId, by }) => ({ asset_id: assetId, by })),
    },
    hasErrors: false,
  }
}

function resultOfMany(totals: ErasureTotals): OperationResult {
  const { owners, attachmentsToDetach, assetsToPurge, retainedSharedAssets, blocked, errors } = totals
  const { dryRun, interrupted } = totals
  return {
    summary: {
      owners,
      attachments_to_detach: attachmentsToDetach,
      assets_to_purge: assetsToPurge,
      retained_shared_assets: retainedSharedAssets,
      blocked,
      errors,
      dry_run: dryRun,
    },
    notes: [...blockedNotes(blocked), ...dryRunNotes(dryRun)],
    hasErrors: errors > 0,
    interrupted,
  }
}

function blockedNotes(count: number): readonly string[] {
  return count === 0 ? [] : ['Some assets are on hold. Maintenance purges them when the hold has ended.']
}
