import type { Recipe, RecipeSource, StreamFamily, StreamRecipe } from '@rindle/core'
import { problemsOf } from '@rindle/core/adapter'
import { z } from 'zod'
import { MAX_SOUND_TRACKS, streamChecks, streamSoundKind, streamVideoKind } from './stream-kinds.ts'
import type { StreamOptions } from './stream-options.ts'
import { usualMaxBitrate } from './video-formats.ts'

const MAX_HEIGHTS = 8
const { height, ...checks } = streamChecks

const schema = z.strictObject({
  ...checks,
  heights: z
    .array(height)
    .min(1, 'must have at least one height')
    .max(MAX_HEIGHTS, `must have at most ${MAX_HEIGHTS} heights`)
    .superRefine((heights, context) => {
      for (const [index, each] of heights.entries()) {
        if (heights.indexOf(each) === index) continue
        context.addIssue({ code: 'custom', path: [index], message: `is listed twice: ${each}` })
      }
    })
    .default([1080, 720, 480]),
  soundTracks: z.int().min(0).max(MAX_SOUND_TRACKS).default(4),
})

/**
 * Declares a film to stream (HLS): its pictures in several sizes, of which a player takes the one that its network
 * carries, and its sound apart. Each is one fragmented MP4 and a variant: `film_720`, `film_sound`. All of them are made
 * in one decode, with the other videos and the sound of the asset. Never throws.
 */
export function stream(options: StreamOptions = {}): StreamFamily {
  const parsed = schema.safeParse(options ?? {})
  if (!parsed.success) {
    return { makes: 'stream_family', segmentSeconds: 0, members: [], problems: problemsOf(parsed.error, options ?? {}) }
  }
  const { segmentSeconds, heights, soundTracks, audioBitrate, ...pictures } = parsed.data
  const sizes = heights.toSorted((a, b) => b - a)
  const videos = sizes.map((each, index): StreamRecipe => {
    const maxBitrate = usualMaxBitrate(each, pictures.codec) ?? 0
    const recipe = streamVideoKind({ ...pictures, maxBitrate, segmentSeconds, height: each })
    return { suffix: String(each), role: 'video', recipe: unlessCovered(recipe, each, sizes[index + 1] ?? 0) }
  })
  const sounds = Array.from({ length: soundTracks }, (_, index): StreamRecipe => {
    const recipe = streamSoundKind({ track: index + 1, segmentSeconds, bitrate: audioBitrate })
    return { suffix: index === 0 ? 'sound' : `sound${index + 1}`, role: 'sound', recipe }
  })
  return { makes: 'stream_family', segmentSeconds, members: [...videos, ...sounds], problems: [] }
}

// A size that is hardly larger than the next one costs an encode, and shows nothing more.
const WORTH_A_SIZE = 1.2
const WIDESCREEN = 16 / 9

/** A source that the next smaller size shows about in full has no larger one. */
function unlessCovered(recipe: Recipe<'stream'>, size: number, smaller: number): Recipe<'stream'> {
  const canBeMadeFrom = ({ width, height: tall }: RecipeSource): boolean => {
    if (width === null || tall === null) return true
    const shown = Math.max(Math.min(width, tall), Math.max(width, tall) / WIDESCREEN)
    return shown >= size || shown > smaller * (smaller === 0 ? 1 : WORTH_A_SIZE)
  }
  return { ...recipe, facts: { ...recipe.facts, canBeMadeFrom } }
}
