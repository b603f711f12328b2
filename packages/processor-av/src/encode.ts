import type { ProcessedOutput } from '@rindle/core/adapter'
import { assertDiskSpace } from './disk-space.ts'
import type { InputSettings, OutputSettings } from './ffmpeg-arguments.ts'
import type { RunContext } from './run-context.ts'
import { assertDecoded, hasDecoded, runFfmpeg } from './run-ffmpeg.ts'
import { nothingInPart } from './source-part.ts'
import { type StreamPart, streamMetadata } from './stream/stream-metadata.ts'
import type { VariantWork } from './variant-work.ts'
import { type ExpectedOutput, verifyOutput } from './verify-output.ts'

/** The plan for one output, made in one pass over the source or over a part of it. */
export interface Encoding {
  readonly variant: string
  /** How the run reads the source: outputs that read it in the same way can share a run. */
  readonly settings: InputSettings
  /** Whether it is only a part of the source. */
  readonly isPart: boolean
  readonly output: OutputSettings
  /** The maximum size of the output; more is a failure. */
  readonly maxFileBytes: number
  readonly expected: ExpectedOutput & { readonly durationMs: number }
  /** What the output's row says of it. */
  readonly metadata: NonNullable<ProcessedOutput['metadata']>
  /** The part of a stream that it is; its metadata gets the index of the file. */
  readonly stream?: StreamPart
}

/**
 * Makes outputs that read the source in the same way in one run, which decodes it once for all of them. Does not verify
 * them. Throws `corrupt_media` or `unsupported_codec` when none of the source can be decoded, and `processing_failed`,
 * not retryable, when there is nothing in a part of it.
 */
export async function encode(
  encodings: readonly [Encoding, ...Encoding[]],
  { input, maxPixels, context }: Pick<VariantWork, 'input' | 'maxPixels' | 'context'>,
  onProgress: (part: number) => void,
): Promise<void> {
  const [{ settings, isPart, variant }] = encodings
  const durationMs = Math.max(...encodings.map(({ expected }) => expected.durationMs))
  const neededBytes = encodings.reduce((sum, { maxFileBytes }) => sum + maxFileBytes, 0)
  await assertDiskSpace(context.directory, neededBytes)
  const run = {
    input,
    settings,
    outputs: encodings.map(({ output }) => output),
    maxFileBytes: Math.max(...encodings.map(({ maxFileBytes }) => maxFileBytes)),
    maxPixels,
    variant: encodings.map((encoding) => encoding.variant).join(', '),
    onProgress: (seconds: number) => onProgress((seconds * 1_000) / durationMs),
  }
  const messages = await runFfmpeg(run, context)
  // The rest of the source may be sound, so that is no verdict about the file.
  if (isPart && !hasDecoded(messages, run)) throw nothingInPart(variant)
  assertDecoded(messages, run)
}

/** Reads an output back; see {@link verifyOutput}. */
export async function verifyEncoding(
  { variant, output, expected, metadata: planned, stream }: Encoding,
  context: RunContext,
): Promise<ProcessedOutput> {
  const verified = await verifyOutput(output.target, variant, expected, context)
  const index = stream === undefined ? {} : { stream: await streamMetadata(output.target, variant, stream, expected) }
  const metadata = { ...planned, ...index }
  return Object.keys(metadata).length === 0 ? verified : { ...verified, metadata }
}

/** Makes one output in a run of its own, and verifies it. */
export async function encodeAlone(encoding: Encoding, work: VariantWork, done = 0): Promise<ProcessedOutput> {
  await encode([encoding], work, (part) => work.onProgress(done + (1 - done) * part))
  return verifyEncoding(encoding, work.context)
}
