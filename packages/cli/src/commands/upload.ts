import { resolve } from 'node:path'
import { type AssetWithVariants, isDeliverable, isRindleError, type Rindle } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import { assertProfile } from '../assert-profile.ts'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import { type DeliveryUrl, deliveryUrls } from '../delivery-urls.ts'
import { formatSummary } from '../format-summary.ts'
import { printable } from '../printable.ts'
import { createProgress } from '../progress.ts'
import { type FileUpload, uploadCounts, uploadDocument, uploadLines } from '../upload/file-upload.ts'
import { type Place, placeOf, timeoutMsOf } from '../upload/upload-arguments.ts'
import { isUrl, uploadFile } from '../upload/upload-file.ts'
import { variantMarks } from '../variant-marks.ts'
import { waitUntilSettled } from '../wait-until-settled.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle upload`: uploads files through this process, as an application's own server would, or has URLs fetched. */
export const upload: Command = defineCommand({
  usage: 'upload <profile> <files..>',
  describe: 'Upload files to a profile',
  examples: [
    ['upload photo *.jpg', 'Upload; workers do the rest'],
    ['upload photo me.jpg --wait', 'Wait for the variants, and print their URLs'],
    ['upload photo https://example.com/me.jpg --wait', 'Let a worker fetch it'],
    ['upload avatar me.jpg --owner user:42 --slot avatar', 'Attach it, and detach the previous one'],
  ],
  positionals: {
    profile: { type: 'string', demandOption: true, describe: 'A profile of the configuration' },
    files: { type: 'string', array: true, demandOption: true, describe: 'Paths, or https URLs that a worker fetches' },
  },
  options: {
    owner: { type: 'string', requiresArg: true, describe: 'Attach to this owner, type:id' },
    slot: { type: 'string', requiresArg: true, describe: "The owner's slot; takes one file" },
    tenant: { type: 'string', requiresArg: true, describe: 'The tenant that the assets belong to' },
    wait: { type: 'boolean', default: false, describe: 'Wait for the variants, and print URLs' },
    'timeout-sec': { type: 'number', requiresArg: true, default: 600, describe: 'How long to wait for all files' },
  },
  run: async (args, context) => {
    const place = placeOf(args.owner, args.slot, args.files.length)
    const timeoutMs = args.wait ? timeoutMsOf(args['timeout-sec']) : undefined
    return withRindle(args, context.io, async (rindle) => {
      assertProfile(rindle, args.profile)
      await rindle.start()
      const sent = await sendAll(rindle, { ...args, place, isPrinting: timeoutMs === undefined }, context)
      const uploads = timeoutMs === undefined ? sent : await waitForAll(rindle, sent, timeoutMs, context)
      return finish(uploads, timeoutMs !== undefined, context)
    })
  },
})

interface Sending {
  readonly profile: string
  readonly files: readonly string[]
  readonly place: Place | undefined
  readonly tenant?: string | undefined
  /** Whether each file's lines are final once it is sent. */
  readonly isPrinting: boolean
}

/** One file after the other, until all are sent or the command is interrupted. */
async function sendAll(rindle: Rindle, sending: Sending, context: CommandContext): Promise<FileUpload[]> {
  const { io, report } = context
  const { profile, files, place, tenant, isPrinting } = sending
  const target = tenant === undefined ? rindle : rindle.forTenant(tenant)
  using progress = createProgress(context)
  const uploads: FileUpload[] = []
  for (const file of files) {
    if (io.signal.aborted) break
    progress.show(`${printable(file)} (${uploads.length + 1} of ${files.length})`)
    const result = await uploadFile(
      target,
      profile,
      isUrl(file) ? file : resolve(io.cwd, file),
      place === undefined ? {} : { place },
    )
    const asset = result.outcome === 'uploaded' ? { ...result.asset, variants: [], tracks: [], hold: null } : null
    const sent: FileUpload = { file, result, asset, urls: [] }
    uploads.push(sent)
    progress.clear()
    if (isPrinting) print(sent, false, report)
  }
  return uploads
}

/** Waits for the assets in the order of the files; meanwhile workers process the later ones. */
async function waitForAll(
  rindle: Rindle,
  sent: readonly FileUpload[],
  timeoutMs: number,
  context: CommandContext,
): Promise<FileUpload[]> {
  const { io, report } = context
  using progress = createProgress(context)
  const deadline = Date.now() + timeoutMs
  const uploads: FileUpload[] = []
  for (const { file, result } of sent) {
    const onLook = (asset: AssetWithVariants): void =>
      progress.show(`${printable(file)}  ${variantMarks(asset, report.style)}`)
    const asset =
      result.outcome === 'uploaded'
        ? await waitUntilSettled(rindle, result.asset.id, { signal: io.signal, deadline, onLook })
        : null
    progress.clear()
    const urls = asset !== null && isSettledState(asset.state) ? await urlsOf(rindle, asset, report) : []
    const waited: FileUpload = { file, result, asset, urls }
    uploads.push(waited)
    print(waited, true, report)
  }
  return uploads
}

async function urlsOf(
  rindle: Rindle,
  asset: AssetWithVariants,
  report: CommandContext['report'],
): Promise<readonly DeliveryUrl[]> {
  if (!isDeliverable(asset.state)) return []
  try {
    return await deliveryUrls(rindle, asset)
  } catch (error) {
    if (!isRindleError(error, 'forbidden')) throw error
    report.note(`No URLs of asset ${asset.id}: the profile's authorizer refuses this command, which has no actor.`)
    return []
  }
}

function print(sent: FileUpload, hasWaited: boolean, report: CommandContext['report']): void {
  for (const line of uploadLines(sent, report.style, hasWaited)) report.line(line)
}

function finish(uploads: readonly FileUpload[], hasWaited: boolean, { io, report }: CommandContext): Outcome {
  const counts = uploadCounts(uploads, hasWaited)
  const isInterrupted = io.signal.aborted
  for (const line of formatSummary(counts)) report.line(line)
  report.line(isInterrupted ? 'Interrupted.' : 'Done.')
  const { rejected = 0, errors = 0, not_ready: notReady = 0 } = counts
  return {
    exitCode: isInterrupted ? 130 : rejected + errors + notReady > 0 ? 1 : 0,
    document: { ...counts, interrupted: isInterrupted, files: uploads.map(uploadDocument) },
  }
}
