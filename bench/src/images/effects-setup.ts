import type { Recipe } from '@rindle/core'
import { type BoxOptions, image } from '@rindle/processor-image/recipes'

/** The effects that are measured, each alone. */
export const EFFECTS = ['overlay', 'blur', 'radius'] as const

/** One of {@link EFFECTS}. */
export type Effect = (typeof EFFECTS)[number]

/** The setup of either side. */
export type EffectsSetup = {
  readonly directory: string
  /** The path of the overlay. */
  readonly overlay: string
  readonly effect: Effect
}

/** The input of a round: paths of photos. */
export type EffectsRound = {
  readonly photographs: readonly string[]
}

/** Width of every variant. */
export const WIDTHS = [2048, 1280, 640] as const
/** As sharp and the recipes have it. */
export const BLUR = 8
export const RADIUS = 48
/** The width of the overlay as a share of the picture's, at its bottom right, this far from the edges. */
export const SHARE = 0.2
export const MARGIN = 16

/** The variants of an effect. */
export function effectVariants({ effect, overlay }: EffectsSetup): Readonly<Record<string, Recipe<'image'>>> {
  const options: Readonly<Record<Effect, BoxOptions>> = {
    overlay: { overlay: { file: overlay, scale: SHARE, margin: MARGIN } },
    blur: { blur: BLUR },
    radius: { radius: RADIUS },
  }
  return Object.fromEntries(
    WIDTHS.map((width) => [`w${width}`, image.fit(width, null, { format: 'webp', ...options[effect] })]),
  )
}
