import type { JsonObject } from '@rindle/core'
import type { OptionsSchema } from '@rindle/core/adapter'
import { z } from 'zod'
import { identify } from './application-files.ts'
import { OVERLAY_PLACES } from './effect-options.ts'
import { CHROMA } from './encode-options.ts'
import { IMAGE_FORMAT_FACTS, IMAGE_FORMATS } from './formats.ts'
import {
  CROP_POSITIONS,
  IMAGE_MODES,
  type ImageOptions,
  MAX_IMAGE_DIMENSION,
  type NormalImage,
} from './image-options.ts'
import { imageProblems } from './image-rules.ts'

const DEFAULT_TRIM = 10

const dimension = z.int().min(1).max(MAX_IMAGE_DIMENSION).nullable().default(null)
const flag = z.boolean().default(false)
const colour = z
  .string()
  .regex(/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i, 'must be a colour: "#rgb", "#rgba", "#rrggbb" or "#rrggbbaa"')

// A stored recipe has only the hash.
const applicationFile = {
  file: z.union([z.instanceof(URL), z.string()], 'must be a file: URL or an absolute path').optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 lower-case hex digits')
    .optional(),
}

const overlay = z
  .strictObject({
    ...applicationFile,
    place: z.enum(OVERLAY_PLACES).default('right bottom'),
    margin: z.int().min(0).max(MAX_IMAGE_DIMENSION).default(16),
    scale: z.number().gt(0).max(1).nullable().default(null),
    opacity: z.number().min(0).max(1).default(1),
    tile: flag,
  })
  .transform(identified)

const transform = z
  .strictObject({ ...applicationFile, options: z.record(z.string(), z.json()).default({}) })
  .transform(identified)

// The bytes of a file stand for it.
function identified<T extends { file?: URL | string | undefined; sha256?: string | undefined }>(
  { file, sha256, ...options }: T,
  context: z.RefinementCtx,
): Omit<T, 'file' | 'sha256'> & { sha256: string } {
  const found = identify({ ...(file === undefined ? {} : { file }), sha256 })
  if (found.problem === undefined) return { ...options, sha256: found.sha256 }
  context.addIssue({ code: 'custom', path: [found.option], message: found.problem })
  return z.NEVER
}

/** Options younger than the kind, with their defaults. */
export const LATER: Partial<NormalImage> = {
  enlarge: false,
  trim: false,
  rotate: 0,
  flip: false,
  flop: false,
  grayscale: false,
  blur: null,
  sharpen: false,
  tint: null,
  overlay: null,
  radius: 0,
  progressive: false,
  chroma: null,
  lossless: false,
  metadata: 'none',
  colourSpace: 'srgb',
  maxBytes: null,
  transform: null,
}

/**
 * The schema of image options. The order of the keys is the order in which problems are listed. A stored recipe goes
 * through it, too.
 */
export const imageSchema: OptionsSchema<ImageOptions, NormalImage> = z
  .strictObject({
    mode: z.enum(IMAGE_MODES),
    width: dimension,
    height: dimension,
    format: z.enum([...IMAGE_FORMATS, 'source']).default('jpeg'),
    quality: z.int().min(1).max(100).nullable().optional(),
    // Its range depends on the format.
    effort: z.int().nullable().optional(),
    position: z.enum(CROP_POSITIONS).default('centre'),
    background: colour.default('#ffffff'),
    keepIcc: flag,
    animated: flag,
    enlarge: flag,
    trim: z.union([z.boolean(), z.number().min(0).max(255)]).default(false),
    rotate: z.number().min(-360).max(360).default(0),
    flip: flag,
    flop: flag,
    grayscale: flag,
    blur: z.number().min(0.3).max(100).nullable().default(null),
    sharpen: z.union([z.boolean(), z.number().min(0.3).max(10)]).default(false),
    tint: colour.nullable().default(null),
    overlay: overlay.nullable().default(null),
    radius: z
      .union([z.literal('circle'), z.int().min(0).max(MAX_IMAGE_DIMENSION)], 'must be pixels, 0 to 16,383, or "circle"')
      .default(0),
    progressive: flag,
    chroma: z.enum(CHROMA).nullable().default(null),
    lossless: flag,
    metadata: z.enum(['none', 'copyright']).default('none'),
    colourSpace: z.enum(['srgb', 'p3']).default('srgb'),
    maxBytes: z.int().min(1).nullable().default(null),
    transform: transform.nullable().default(null),
  })
  .transform(
    (given): NormalImage => ({
      ...given,
      ...encoderDefaults(given),
      background: normalColour(given.background),
      trim: given.trim === true ? DEFAULT_TRIM : given.trim,
      rotate: clockwise(given.rotate),
      tint: given.tint === null ? null : normalColour(given.tint),
      transform: given.transform as { sha256: string; options: JsonObject } | null,
    }),
  )
  .superRefine((normal, context) => {
    for (const { option, message } of imageProblems(normal)) {
      context.addIssue({ code: 'custom', path: [option], message })
    }
  }) as OptionsSchema<ImageOptions, NormalImage>

function encoderDefaults({
  format,
  quality,
  effort,
}: {
  format: NormalImage['format']
  quality?: number | null | undefined
  effort?: number | null | undefined
}): Pick<NormalImage, 'quality' | 'effort'> {
  if (format === 'source') return { quality: quality ?? null, effort: effort ?? null }
  const { defaultQuality, defaultEffort } = IMAGE_FORMAT_FACTS[format]
  return { quality: quality ?? defaultQuality, effort: effort ?? defaultEffort }
}

function clockwise(degrees: number): number {
  // Never -0, which JSON does not know.
  return ((degrees % 360) + 360) % 360
}

function normalColour(hex: string): string {
  const digits = hex.slice(1).toLowerCase()
  const pairs = digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits
  return `#${pairs.padEnd(8, 'f')}`
}
