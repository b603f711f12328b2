import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { kindOf } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { ProbeResult, SourceFile } from '../ports/processor.ts'
import type { Profile } from '../profile/profile.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { textOrNull } from '../rows/row-values.ts'
import { profileOf, type Runtime } from '../runtime.ts'
import { inOneStatement } from '../unit-of-work.ts'
import { plannedVariants } from '../variants/plan.ts'
import { probedFields, probeFile } from './probe-file.ts'
import { probedType } from './reading.ts'
import { Rejection } from './rejection.ts'
import { runAnalyzers } from './run-analyzers.ts'

/** Codes by which a probe says that the file itself is at fault: trying again cannot help. */
const FAULTS_OF_THE_FILE = ['limit_exceeded', 'corrupt_media', 'unsupported_codec'] as const

/**
 * `analyzing` → `promoting`: checksum, then kind, dimensions, duration and tracks from the header, limits of the
 * profile, then the analyzers. The bytes have passed the gate.
 */
export async function passProbe(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  const profile = profileOf(runtime, asset.profile)
  await using source = await runtime.sources.acquire(asset, job.signal)
  const checksumSha256 = await checksumOf(runtime, asset, source.file, job.signal)
  const probe = await probeSource(runtime, profile, source.file, job.signal)
  const contentType = typeAsProbed(profile, source.file, probe)
  const context = { assetId: asset.id, probe, signal: job.signal }
  const analyses = await runAnalyzers(profile.analyzers, source.file, context)
  return await inOneStatement(runtime, (unit) =>
    transitionAsset(runtime, unit, asset, 'promoting', {
      from: ['analyzing'],
      changes: {
        checksumSha256,
        contentType,
        ...probedFields(probe),
        metadata: { ...cleanMetadata(probe.metadata ?? {}), ...analyses },
      },
    }),
  )
}

/**
 * Bytes that came through the application were hashed on their way in. Bytes that a client sent to the storage itself
 * are hashed here, and compared with what was declared.
 */
async function checksumOf(runtime: Runtime, asset: Asset, file: SourceFile, signal: AbortSignal): Promise<string> {
  if (asset.checksumSha256 !== null) return asset.checksumSha256
  const hash = createHash('sha256')
  await pipeline(createReadStream(file.path, { highWaterMark: 1024 * 1024 }), hash, { signal })
  const checksum = hash.digest('hex')
  const declared = await declaredChecksum(runtime, asset)
  if (declared === null || declared === checksum) return checksum
  throw new Rejection('checksum_mismatch', 'The stored bytes differ from their declared SHA-256.')
}

async function declaredChecksum(runtime: Runtime, asset: Asset): Promise<string | null> {
  const { rows } = await runtime.database.executeSql(
    `select declared_checksum from rindle.media_upload_sessions
     where asset_id = $1::uuid and state = 'completed' order by id desc limit 1`,
    [asset.id],
  )
  return textOrNull(rows[0] ?? {}, 'declared_checksum')
}

async function probeSource(
  runtime: Runtime,
  profile: Profile,
  file: SourceFile,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const probe = await probeFile(runtime, profile, file, signal)
    return probe ?? unreadable(profile, file, `No installed processor reads ${file.contentType}.`)
  } catch (error) {
    const code = FAULTS_OF_THE_FILE.find((fault) => isRindleError(error, fault))
    if (code === undefined) throw error
    const { message } = error as Error
    if (code === 'unsupported_codec') return unreadable(profile, file, message)
    throw new Rejection(code, message)
  }
}

/** The first bytes of a container do not say whether it holds a film: a profile of sound takes none. */
function typeAsProbed({ accept }: Profile, { contentType }: SourceFile, { kind }: ProbeResult): string {
  const probed = probedType(contentType, kind, accept.types)
  if (probed !== null) return probed
  const message = `The file is a film in the container of ${contentType}. Accepted: ${accept.types.join(', ')}.`
  throw new Rejection('mime_not_allowed', message)
}

/**
 * Bytes that nothing installed reads are kept as they are, and what they say of themselves stays unknown; but where
 * variants are to be made of them, all of those could only fail.
 */
function unreadable(profile: Profile, { contentType }: SourceFile, message: string): ProbeResult {
  const kind = kindOf(contentType)
  if (plannedVariants(profile, { kind, hasAudioTrack: null, metadata: {} }).length === 0) return { kind }
  throw new Rejection('unsupported_codec', message)
}
