import { IMAGE_FORMAT_FACTS } from './image-formats.ts'
import type { AudioRecipe, ImageRecipe } from './recipe-options.ts'

/** A problem of one option, given the others. */
export interface OptionProblem {
  readonly option: string
  /** Names the option and the allowed values. */
  readonly message: string
}

/** Checks an image recipe's options against each other. Each option alone is well-formed. */
export function imageProblems(recipe: ImageRecipe): readonly OptionProblem[] {
  return [...sizeProblems(recipe), ...formatProblems(recipe), ...modeProblems(recipe)]
}

/** Checks an audio recipe's options against each other. Each option alone is well-formed. */
export function audioProblems(recipe: AudioRecipe): readonly OptionProblem[] {
  if (recipe.twoPass !== true || recipe.normalize === true) return []
  return [{ option: 'twoPass', message: 'twoPass measures loudness, so it needs normalize: true' }]
}

function sizeProblems({ mode, width, height }: ImageRecipe): readonly OptionProblem[] {
  const missing = [...(width === undefined ? ['width'] : []), ...(height === undefined ? ['height'] : [])]
  if (mode === 'crop') {
    return missing.map((option) => ({ option, message: `${option} is needed: mode crop takes both width and height` }))
  }
  if (missing.length < 2) return []
  return [{ option: 'width', message: `width or height is needed: mode ${mode} takes at least one of them` }]
}

function formatProblems({ format = 'jpeg', effort, animated, position, background }: ImageRecipe): OptionProblem[] {
  const problems: OptionProblem[] = []
  const { minEffort, maxEffort } = IMAGE_FORMAT_FACTS[format]
  if (effort !== undefined && minEffort === maxEffort) {
    problems.push({ option: 'effort', message: `effort is not an option of ${format}, whose encoder has none` })
  } else if (effort !== undefined && !isIntegerWithin(effort, minEffort, maxEffort)) {
    const message = `effort must be an integer from ${minEffort} to ${maxEffort} for ${format}`
    problems.push({ option: 'effort', message })
  }
  if (animated === true && format !== 'webp') {
    problems.push({ option: 'animated', message: `animated is only for format webp, not for ${format}` })
  }
  // The decoder refuses to measure a picture with several frames.
  if (animated === true && (position === 'entropy' || position === 'attention')) {
    problems.push({ option: 'position', message: `position must be a place, not ${position}, when animated is true` })
  }
  if (background !== undefined && format === 'jpeg' && !isOpaque(background)) {
    problems.push({ option: 'background', message: 'background must be opaque for jpeg, which has no transparency' })
  }
  return problems
}

function modeProblems({ mode, format = 'jpeg', position, background }: ImageRecipe): OptionProblem[] {
  const problems: OptionProblem[] = []
  if (position !== undefined && mode !== 'crop') {
    problems.push({ option: 'position', message: `position is only for mode crop, not for ${mode}` })
  }
  if (background !== undefined && mode !== 'fill' && format !== 'jpeg') {
    problems.push({
      option: 'background',
      message: `background is only for mode fill, or for format jpeg, not for ${format} in mode ${mode}`,
    })
  }
  return problems
}

function isIntegerWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

// Without alpha digits, or with all of them f.
function isOpaque(colour: string): boolean {
  return /^#(?:[0-9a-f]{3}f?|[0-9a-f]{6}(?:ff)?)$/i.test(colour)
}
