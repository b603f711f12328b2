import { kindOf } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { ProbeResult, SourceFile } from '../ports/processor.ts'
import type { Profile } from '../profile/profile.ts'

/**
 * Reads the media facts of a file, within the limits of the profile; `null` if no installed processor reads its type. An
 * empty file has only a kind. `limit_exceeded`, `corrupt_media`, `unsupported_codec`.
 */
export async function probeFile(
  runtime: Runtime,
  { accept: { maxPixels, maxDurationMs } }: Profile,
  file: SourceFile,
  signal: AbortSignal,
): Promise<ProbeResult | null> {
  // There is nothing to ask a decoder about.
  if (file.byteSize === 0) return { kind: kindOf(file.contentType) }
  const processor = runtime.processors.find((candidate) => candidate.probes.has(file.contentType))
  if (processor === undefined) return null
  const limits = { maxPixels, ...(maxDurationMs === null ? {} : { maxDurationMs }) }
  return processor.probe(file, { limits, signal })
}

/** The fields of an asset's row that come from the probe. */
export type ProbedFields = Pick<Asset, 'kind' | 'width' | 'height' | 'durationMs' | 'hasVideoTrack' | 'hasAudioTrack'>

/** The fields that a probe found; `null` for those that it did not find. Pure. */
export function probedFields(probe: ProbeResult): ProbedFields {
  return {
    kind: probe.kind,
    width: probe.width ?? null,
    height: probe.height ?? null,
    durationMs: probe.durationMs ?? null,
    hasVideoTrack: probe.hasVideoTrack ?? null,
    hasAudioTrack: probe.hasAudioTrack ?? null,
  }
}
