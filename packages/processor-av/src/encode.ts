import type { ProcessedOutput } from '@rindle/core/adapter'
import { assertDiskSpace } from './disk-space.ts'
import type { OutputSettings } from './ffmpeg-arguments.ts'
import type { RunContext } from './run-context.ts'
import { assertDecoded, runFfmpeg } from './run-ffmpeg.ts'
import type { VariantWork } from './variant-work.ts'
import { type ExpectedOutput, verifyOutput } from './verify-output.ts'

/** The plan for one output, made in one pass over the whole source. */
export interface Encoding {
  readonly variant: string
  readonly output: OutputSettings
  /** The maximum size of the output; more is a failure. */
  readonly maxFileBytes: number
  readonly expected: ExpectedOutput & { readonly durationMs: number }
  readonly metadata?: NonNullable<ProcessedOutput['metadata']>
}

/**
 * Makes outputs in one run, which reads and decodes the source once for all of them. Does not verify them. Throws
 * `corrupt_media` or `unsupported_codec` when none of the source can be decoded.
 */
export async function encode(
  encodings: readonly Encoding[],
  { input, maxPixels, context }: Pick<VariantWork, 'input' | 'maxPixels' | 'context'>,
  onProgress: (part: number) => void,
): Promise<void> {
  const durationMs = Math.max(...encodings.map(({ expected }) => expected.durationMs))
  const neededBytes = encodings.reduce((sum, { maxFileBytes }) => sum + maxFileBytes, 0)
  await assertDiskSpace(context.directory, neededBytes)
  const run = {
    input,
    settings: {},
    outputs: encodings.map(({ output }) => output),
    maxFileBytes: Math.max(...encodings.map(({ maxFileBytes }) => maxFileBytes)),
    maxPixels,
    variant: encodings.map(({ variant }) => variant).join(', '),
    onProgress: (seconds: number) => onProgress((seconds * 1_000) / durationMs),
  }
  assertDecoded(await runFfmpeg(run, context), run)
}

/** Reads an output back; see {@link verifyOutput}. */
export async function verifyEncoding(
  { variant, output, expected, metadata }: Encoding,
  context: RunContext,
): Promise<ProcessedOutput> {
  const verified = await verifyOutput(output.target, variant, expected, context)
  return metadata === undefined ? verified : { ...verified, metadata }
}

/** Makes one output in a run of its own, and verifies it. */
export async function encodeAlone(encoding: Encoding, work: VariantWork, done = 0): Promise<ProcessedOutput> {
  await encode([encoding], work, (part) => work.onProgress(done + (1 - done) * part))
  return verifyEncoding(encoding, work.context)
}
