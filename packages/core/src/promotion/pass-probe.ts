import { fileSha256 } from '../assets/sha256.ts'
import { transitionAsset } from '../assets/transition.ts'
import { kindOf } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import { fileFaultOf } from '../domain/failures.ts'
import { probedType } from '../domain/reading.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { textOrNull } from '../kernel/sql/row-values.ts'
import { inOneStatement } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { ProbeResult, SourceFile } from '../ports/processor.ts'
import type { Profile } from '../profile/profile.ts'
import { lacksPlaceholder, tryThumbHash } from '../variants/making/placeholder.ts'
import { type PlannedVariant, plannedVariants } from '../variants/plan.ts'
import { lacksFor, newerWorkerNeeded } from './newer-work.ts'
import { probedFields, probeFile } from './probe-file.ts'
import { Rejection } from './rejection.ts'
import { runAnalyzers } from './run-analyzers.ts'

/** The facts that an upload's bytes state. */
interface SourceReading {
  readonly checksumSha256: string
  readonly contentType: string
  readonly probe: ProbeResult
  readonly analyses: Readonly<Record<string, JsonObject>>
  /** `null`: none was made. */
  readonly thumbHash: string | null
}

/**
 * `analyzing` → `promoting`: checksum, then kind, dimensions, duration and tracks from the header, limits of the
 * profile, then the analyzers. The bytes have passed the gate.
 */
export async function passProbe(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  const profile = profileOf(runtime, asset.profile)
  const { checksumSha256, contentType, probe, analyses, thumbHash } = await readSource(runtime, profile, asset, job)
  return inOneStatement(runtime, (unit) =>
    transitionAsset(runtime, unit, asset, 'promoting', {
      from: ['analyzing'],
      changes: {
        checksumSha256,
        contentType,
        ...probedFields(probe),
        metadata: { ...cleanMetadata(probe.metadata ?? {}), ...analyses },
        ...(thumbHash === null ? {} : { thumbHash }),
      },
    }),
  )
}

async function readSource(runtime: Runtime, profile: Profile, asset: Asset, job: RunningJob): Promise<SourceReading> {
  const { signal } = job
  await using source = await runtime.sources.acquire(asset, signal)
  try {
    const checksumSha256 = await verifiedChecksum(runtime, asset, source.file, signal)
    const probe = await probeSource(runtime, profile, source.file, asset, job)
    const contentType = typeAsProbed(profile, source.file, probe)
    const analyses = await runAnalyzers(profile.analyzers, source.file, { assetId: asset.id, probe, signal })
    const isPlaceholder = isPlaceholderOfOriginal(profile, asset, contentType, probe)
    const thumbHash = isPlaceholder ? await tryThumbHash(runtime, profile, asset, source.file, signal) : null
    return { checksumSha256, contentType, probe, analyses, thumbHash }
  } catch (error) {
    await runtime.sources.forget(asset)
    throw error
  }
}

/** An asset whose pictures are only made when a page asks for them needs its placeholder before. */
function isPlaceholderOfOriginal(profile: Profile, asset: Asset, contentType: string, probe: ProbeResult): boolean {
  if (probe.kind !== 'image' || !lacksPlaceholder(asset, profile)) return false
  const source = { ...asset, ...probedFields(probe), contentType, metadata: cleanMetadata(probe.metadata ?? {}) }
  return !plannedVariants(profile, source).some(({ makes, onDemand }) => makes === 'image' && !onDemand)
}

/**
 * Returns the SHA-256 of the bytes. Bytes that came through the application were hashed on their way in. Bytes that a
 * client sent to the storage itself are hashed here, and compared with the declared checksum.
 */
async function verifiedChecksum(
  runtime: Runtime,
  asset: Asset,
  file: SourceFile,
  signal: AbortSignal,
): Promise<string> {
  if (asset.checksumSha256 !== null) return asset.checksumSha256
  const checksum = await fileSha256(file.path, signal)
  const declared = await declaredChecksum(runtime, asset)
  if (declared === null || declared === checksum) return checksum
  throw new Rejection('checksum_mismatch', 'The stored bytes differ from their declared SHA-256.')
}

async function declaredChecksum(runtime: Runtime, asset: Asset): Promise<string | null> {
  const { rows } = await runtime.database.executeSql(
    `select declared_checksum from rindle.media_upload_sessions
     where asset_id = $1::uuid and state in ('completed', 'failed') order by id desc limit 1`,
    [asset.id],
  )
  return textOrNull(rows[0] ?? {}, 'declared_checksum')
}

async function probeSource(
  runtime: Runtime,
  profile: Profile,
  file: SourceFile,
  asset: Asset,
  job: RunningJob,
): Promise<ProbeResult> {
  try {
    const probe = await probeFile(runtime, profile, file, job.signal)
    if (probe !== null) return probe
  } catch (error) {
    const fault = fileFaultOf(error)
    if (fault === null) throw error
    await assertAsReceived(asset, file, job.signal)
    const { message } = error as Error
    if (fault === 'unsupported_codec') return unreadable(planned(profile, file), file, message)
    throw new Rejection(fault, message)
  }
  const processors = lacksFor(runtime, asset, job).filter(({ what }) => what === 'processor')
  const message = `No installed processor reads ${file.contentType}.`
  if (processors.length > 0) throw newerWorkerNeeded(asset, processors, message)
  const variants = planned(profile, file)
  assertMakersInstalled(runtime, variants, message)
  // A recipe that names this very type needs no probe: its processor reads the type, and finds nothing to probe in it.
  return unreadable(
    variants.filter(({ facts }) => !facts.sources.includes(file.contentType)),
    file,
    message,
  )
}

/** A process without the processor of a recipe cannot know whether that reads the file: a worker with it decides. */
function assertMakersInstalled(runtime: Runtime, variants: readonly PlannedVariant[], message: string): void {
  const installed = new Set(runtime.processors.flatMap(({ recipes }) => recipes.map(({ kind }) => kind)))
  const missing = variants.filter(({ kind }) => !installed.has(kind))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(({ madeBy }) => madeBy))].join(' and ')
  throw new RindleError(
    'processor_capability_missing',
    `${message} Add ${packages} to \`processors\`, or start a worker that has it.`,
  )
}

/** Bytes that were damaged in storage differ from the bytes that were sent: they give no verdict about the upload. */
async function assertAsReceived(asset: Asset, file: SourceFile, signal: AbortSignal): Promise<void> {
  const { id, checksumSha256 } = asset
  if (checksumSha256 === null || (await fileSha256(file.path, signal)) === checksumSha256) return
  throw new RindleError(
    'original_damaged',
    `The stored bytes of asset ${id} differ from the received bytes. Restore the object from a backup.`,
  )
}

/** The first bytes of a container do not tell whether it holds a film: a profile for sound takes none. */
function typeAsProbed({ accept }: Profile, { contentType }: SourceFile, { kind }: ProbeResult): string {
  const probed = probedType(contentType, kind, accept.types)
  if (probed !== null) return probed
  const message = `The file is a film in a container of the type ${contentType}. Accepted: ${accept.types.join(', ')}.`
  throw new Rejection('mime_not_allowed', message)
}

/** The variants that a profile makes of a type of file about which nothing else is known. */
function planned(profile: Profile, { contentType }: SourceFile): readonly PlannedVariant[] {
  const unknown = {
    width: null,
    height: null,
    durationMs: null,
    hasVideoTrack: null,
    hasAudioTrack: null,
    metadata: {},
    focus: null,
  }
  return plannedVariants(profile, { kind: kindOf(contentType), contentType, ...unknown })
}

/**
 * Bytes that no installed processor reads are kept unchanged, and their facts stay unknown; but if `impossible` variants
 * are to be made of them they are refused, because those would fail.
 */
function unreadable(impossible: readonly PlannedVariant[], { contentType }: SourceFile, message: string): ProbeResult {
  if (impossible.length === 0) return { kind: kindOf(contentType) }
  throw new Rejection('unsupported_codec', message)
}
