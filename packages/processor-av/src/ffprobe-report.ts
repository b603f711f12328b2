import { RindleError } from '@rindle/core'
import { z } from 'zod'

type Tags = Readonly<Record<string, string>>

/** One stream as ffprobe describes it. ffprobe leaves out unknown fields. */
export interface StreamReport {
  readonly index: number
  readonly codec_type?: string | undefined
  readonly codec_name?: string | undefined
  readonly profile?: string | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly sample_aspect_ratio?: string | undefined
  readonly pix_fmt?: string | undefined
  readonly field_order?: string | undefined
  readonly color_space?: string | undefined
  readonly color_transfer?: string | undefined
  readonly r_frame_rate?: string | undefined
  readonly avg_frame_rate?: string | undefined
  readonly sample_rate?: string | undefined
  readonly sample_fmt?: string | undefined
  readonly channels?: number | undefined
  readonly channel_layout?: string | undefined
  readonly start_time?: string | undefined
  readonly duration?: string | undefined
  readonly disposition?: Readonly<Record<string, number>> | undefined
  readonly tags?: Tags | undefined
  readonly side_data_list?: readonly { readonly rotation?: number | undefined }[] | undefined
}

/** ffprobe's report on a file. */
export interface FfprobeReport {
  readonly streams?: readonly StreamReport[] | undefined
  readonly format?:
    | {
        readonly format_name?: string | undefined
        readonly start_time?: string | undefined
        readonly duration?: string | undefined
        readonly bit_rate?: string | undefined
        readonly tags?: Tags | undefined
      }
    | undefined
}

const text = z.string().optional()
const number = z.number().optional()
const tags = z.record(z.string(), z.string()).optional()

const reportSchema: z.ZodType<FfprobeReport> = z.object({
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: text,
        codec_name: text,
        profile: text,
        width: number,
        height: number,
        sample_aspect_ratio: text,
        pix_fmt: text,
        field_order: text,
        color_space: text,
        color_transfer: text,
        r_frame_rate: text,
        avg_frame_rate: text,
        sample_rate: text,
        sample_fmt: text,
        channels: number,
        channel_layout: text,
        start_time: text,
        duration: text,
        disposition: z.record(z.string(), z.number()).optional(),
        tags,
        side_data_list: z.array(z.object({ rotation: number })).optional(),
      }),
    )
    .optional(),
  format: z.object({ format_name: text, start_time: text, duration: text, bit_rate: text, tags }).optional(),
})

/**
 * Parses ffprobe's JSON. Throws `program_failed` when it is not JSON, which says nothing about the file, and
 * `corrupt_media` when its values make no sense. Pure.
 */
export function parseReport(json: string): FfprobeReport {
  const report = parseJson(json)
  try {
    return reportSchema.parse(report)
  } catch (error) {
    throw new RindleError('corrupt_media', 'The file is damaged: ffprobe reads impossible values. Upload it again.', {
      cause: error,
    })
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new RindleError('program_failed', 'ffprobe succeeded but wrote no report.', { cause: error })
  }
}
