import { transitionAsset } from '../assets/transition.ts'
import { kindOf } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import { fileFaultOf } from '../domain/failures.ts'
import { removalStillWanted } from '../domain/original-metadata.ts'
import { probedType } from '../domain/reading.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { inOneStatement } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { ProbeResult, SourceFile } from '../ports/processor.ts'
import type { Profile } from '../profile/profile.ts'
import { lacksPlaceholder, tryThumbHash } from '../variants/making/placeholder.ts'
import { type PlannedVariant, plannedVariants } from '../variants/plan.ts'
import { assertMakersInstalled } from './makers-installed.ts'
import { lacksFor, newerWorkerNeeded } from './newer-work.ts'
import { probedFields, probeFile } from './probe-file.ts'
import { Rejection } from './rejection.ts'
import { removeMetadata } from './remove-metadata.ts'
import { runAnalyzers } from './run-analyzers.ts'
import { assertAsReceived, verifiedChecksum } from './verified-checksum.ts'

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
 * profile, then the analyzers. The bytes have passed the gate. If the profile wants metadata removed from the original,
 * that is all that happens at first: the step runs again with the rewritten bytes, so that everything from here on sees
 * what is stored.
 */
export async function passProbe(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  const profile = profileOf(runtime, asset.profile)
  assertRemovalKnown(runtime, asset, job)
  const removal = removalStillWanted(asset.removedMetadata, profile.originals.metadata)
  if (removal !== null) return removeMetadata(runtime, asset, removal, job)
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

/** An older worker would keep metadata that the profile now wants removed. */
function assertRemovalKnown(runtime: Runtime, asset: Asset, job: RunningJob): void {
  const removals = lacksFor(runtime, asset, job).filter(({ what }) => what === 'removal')
  if (removals.length > 0) throw newerWorkerNeeded(asset, removals, 'Its metadata has to be removed.')
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
