import { z } from 'zod'
import type { Variant } from '../../domain/entities.ts'

/** A stream of one file: its byte ranges and times, as the processor has read them from the finished file. */
export interface StreamIndex {
  readonly role: 'video' | 'sound'
  /** As RFC 6381 has it: `avc1.640028`. */
  readonly codecs: string
  /** Bits per second of the largest segment. */
  readonly bandwidth: number
  /** Bits per second of the whole. */
  readonly averageBandwidth: number
  /** Pictures per second. */
  readonly frameRate?: number | undefined
  /** Ticks per second. */
  readonly timescale: number
  /** Bytes of the head, which begins at 0; the first segment follows it, and each segment the one before. */
  readonly init: number
  /** For each segment its bytes and its ticks. */
  readonly segments: { readonly bytes: readonly number[]; readonly ticks: readonly number[] }
  readonly sound?: SoundFacts | undefined
}

/** Facts about the sound of a stream. Language and name come from the source, cleaned. */
export interface SoundFacts {
  readonly channels: number
  /** Hertz. */
  readonly sampleRate: number
  readonly language?: string | undefined
  readonly name?: string | undefined
  /** Its place among the sounds of the source, from 0. */
  readonly index: number
}

const count = z.int().min(1)
const indexSchema = z.object({
  role: z.enum(['video', 'sound']),
  codecs: z.string().regex(/^[\w.-]+(?:,[\w.-]+)*$/),
  bandwidth: count,
  averageBandwidth: count,
  frameRate: z.number().positive().optional(),
  timescale: count,
  init: count,
  segments: z
    .object({ bytes: z.array(count).min(1), ticks: z.array(count).min(1) })
    .refine(({ bytes, ticks }) => bytes.length === ticks.length),
  sound: z
    .object({
      channels: count,
      sampleRate: count,
      language: z.string().optional(),
      name: z.string().optional(),
      index: z.int().min(0),
    })
    .optional(),
})

// One second of requests finds the same row: see recent-assets.ts. A film of hours has thousands of segments.
const indices = new WeakMap<Variant, StreamIndex | null>()

/** The index in the row of a rung; `null`: it holds none, or none that can be played. */
export function streamIndexOf(variant: Variant): StreamIndex | null {
  const known = indices.get(variant)
  if (known !== undefined) return known
  const parsed = indexSchema.safeParse(variant.metadata['stream'])
  const index = parsed.success ? parsed.data : null
  indices.set(variant, index)
  return index
}

/** Seconds. Pure. */
export function durationOf({ segments, timescale }: StreamIndex): number {
  return segments.ticks.reduce((sum, ticks) => sum + ticks, 0) / timescale
}
