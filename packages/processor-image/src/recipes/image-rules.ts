import { IMAGE_FORMAT_FACTS } from './formats.ts'
import type { NormalImage } from './image-options.ts'

/** A problem of one option, given the others. */
export interface OptionProblem {
  readonly option: keyof NormalImage
  readonly message: string
}

/**
 * Checks an image's options against each other. Each option alone is well-formed. A default never is a problem: stored
 * recipes hold every option.
 */
export function imageProblems(recipe: NormalImage): readonly OptionProblem[] {
  return [
    ...sizeProblems(recipe),
    ...effortProblems(recipe),
    ...formatProblems(recipe),
    ...modeProblems(recipe),
    ...animationProblems(recipe),
    ...colourProblems(recipe),
  ]
}

type Option = keyof NormalImage

function sizeProblems({ mode, width, height, transform, enlarge }: NormalImage): readonly OptionProblem[] {
  const given = { width, height }
  const missing = (['width', 'height'] as const).filter((option) => given[option] === null)
  if (mode === 'crop') {
    return missing.map((option) => ({ option, message: 'is needed: mode crop takes both width and height' }))
  }
  if (missing.length < 2 || (transform !== null && !enlarge)) return []
  return [{ option: 'width', message: `is needed, or a height: mode ${mode} takes at least one of them` }]
}

function effortProblems({ format, effort }: NormalImage): readonly OptionProblem[] {
  if (effort === null) return []
  if (format === 'source') {
    return [{ option: 'effort', message: 'is not an option of source: each format has a scale of its own' }]
  }
  const { minEffort, maxEffort } = IMAGE_FORMAT_FACTS[format]
  if (effort >= minEffort && effort <= maxEffort) return []
  const message =
    minEffort === maxEffort
      ? `is not an option of ${format}, whose encoder has none`
      : `must be an integer from ${minEffort} to ${maxEffort} for ${format}`
  return [{ option: 'effort', message }]
}

/** The formats that have an option, if not all have it. */
export const FORMATS_WITH: Readonly<
  Record<'animated' | 'progressive' | 'chroma' | 'lossless' | 'maxBytes', readonly NormalImage['format'][]>
> = {
  animated: ['webp', 'gif', 'source'],
  progressive: ['jpeg', 'png', 'gif'],
  chroma: ['jpeg', 'avif'],
  lossless: ['webp', 'avif'],
  maxBytes: ['jpeg', 'webp', 'avif'],
}

function formatProblems(recipe: NormalImage): OptionProblem[] {
  const { format, quality, background, tint } = recipe
  const problems: OptionProblem[] = []
  for (const option of Object.keys(FORMATS_WITH) as (keyof typeof FORMATS_WITH)[]) {
    const formats: readonly string[] = FORMATS_WITH[option]
    if (!isSet(recipe, option) || formats.includes(format)) continue
    problems.push({ option, message: `is only for format ${listed(formats)}, not for ${format}` })
  }
  if (format !== 'source' && !IMAGE_FORMAT_FACTS[format].hasQuality && quality !== 100) {
    problems.push({ option: 'quality', message: `is not an option of ${format}, whose encoder has none` })
  }
  if (format === 'jpeg' && !background.endsWith('ff')) {
    problems.push({ option: 'background', message: 'must be opaque for jpeg, which has no transparency' })
  }
  if (tint !== null && !tint.endsWith('ff')) {
    problems.push({ option: 'tint', message: 'must be opaque: it changes the hue alone' })
  }
  return [...problems, ...losslessProblems(recipe), ...metadataProblems(recipe)]
}

function losslessProblems({ format, lossless, quality, chroma, maxBytes }: NormalImage): OptionProblem[] {
  if (!lossless || (format !== 'webp' && format !== 'avif')) return []
  const problems: OptionProblem[] = []
  if (quality !== IMAGE_FORMAT_FACTS[format].defaultQuality) {
    problems.push({ option: 'quality', message: 'has no meaning when lossless is true' })
  }
  if (chroma === '4:2:0') problems.push({ option: 'chroma', message: 'must be 4:4:4 when lossless is true' })
  if (maxBytes !== null)
    problems.push({ option: 'maxBytes', message: 'needs a quality to lower, so not with lossless' })
  return problems
}

function metadataProblems({ format, metadata, colourSpace }: NormalImage): OptionProblem[] {
  if (format !== 'gif') return []
  const problems: OptionProblem[] = []
  if (metadata !== 'none') problems.push({ option: 'metadata', message: 'must be none for gif, which cannot hold it' })
  if (colourSpace !== 'srgb') {
    problems.push({ option: 'colourSpace', message: 'must be srgb for gif, which holds no profile' })
  }
  return problems
}

function modeProblems({ mode, format, position, background, enlarge, rotate, trim }: NormalImage): OptionProblem[] {
  const problems: OptionProblem[] = []
  if (position !== 'centre' && mode !== 'crop') {
    problems.push({ option: 'position', message: `is only for mode crop, not for ${mode}` })
  }
  if (enlarge && mode === 'crop') {
    problems.push({ option: 'enlarge', message: 'is only for fit and fill: a crop always fills its box' })
  }
  const isBehind = mode === 'fill' || format === 'jpeg' || format === 'source' || rotate % 90 !== 0
  if (background !== '#ffffffff' && !isBehind) {
    const message = `is only for mode fill, for format jpeg or source, or for a slanting rotate, not for ${format} in mode ${mode}`
    problems.push({ option: 'background', message })
  }
  if (position === 'focal' && (trim !== false || rotate % 90 !== 0)) {
    const option = trim === false ? 'rotate' : 'trim'
    problems.push({ option, message: 'is not for position focal, whose point is one of the whole, upright picture' })
  }
  return problems
}

// They would reach from one frame into the next, or give each another size.
const NOT_MOVING = ['trim', 'rotate', 'flip', 'blur', 'sharpen', 'transform'] as const

function animationProblems(recipe: NormalImage): OptionProblem[] {
  const { animated, position } = recipe
  if (!animated) return []
  const problems = NOT_MOVING.filter((option) => isSet(recipe, option)).map(
    (option): OptionProblem => ({ option, message: 'is only for stills, not when animated is true' }),
  )
  // The decoder refuses to measure a picture with several frames.
  if (position === 'entropy' || position === 'attention') {
    problems.push({ option: 'position', message: `must be a place or focal, not ${position}, when animated is true` })
  }
  return problems
}

// They bring colours of sRGB, or need pixels in it.
const NEEDS_SRGB = ['tint', 'transform', 'animated'] as const
const NOT_WITH_PROFILE = ['trim', 'grayscale', 'overlay', 'radius', 'maxBytes', 'tint', 'transform'] as const

function colourProblems(recipe: NormalImage): OptionProblem[] {
  const problems: OptionProblem[] = []
  if (recipe.grayscale && recipe.tint !== null) {
    problems.push({ option: 'grayscale', message: 'is not for a picture with tint, which has one hue already' })
  }
  if (recipe.colourSpace === 'p3') {
    if (recipe.keepIcc) problems.push({ option: 'colourSpace', message: 'must be srgb when keepIcc is true' })
    for (const option of NEEDS_SRGB.filter((each) => isSet(recipe, each))) {
      problems.push({ option, message: 'is only for colourSpace srgb, not for p3' })
    }
  }
  if (!recipe.keepIcc) return problems
  for (const option of NOT_WITH_PROFILE.filter((each) => isSet(recipe, each))) {
    problems.push({ option, message: 'needs colours in sRGB, so not with keepIcc' })
  }
  if (recipe.rotate % 90 !== 0) problems.push({ option: 'rotate', message: 'must be a quarter turn with keepIcc' })
  return problems
}

function isSet(recipe: NormalImage, option: Option): boolean {
  const value = recipe[option]
  return value !== null && value !== false && value !== 0
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
