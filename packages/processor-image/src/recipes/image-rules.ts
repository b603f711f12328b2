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
  return [...sizeProblems(recipe), ...formatProblems(recipe), ...modeProblems(recipe)]
}

function sizeProblems({ mode, width, height }: NormalImage): readonly OptionProblem[] {
  const given = { width, height }
  const missing = (['width', 'height'] as const).filter((option) => given[option] === null)
  if (mode === 'crop') {
    return missing.map((option) => ({ option, message: 'is needed: mode crop takes both width and height' }))
  }
  if (missing.length < 2) return []
  return [{ option: 'width', message: `is needed, or a height: mode ${mode} takes at least one of them` }]
}

function formatProblems({ format, effort, animated, position, background }: NormalImage): OptionProblem[] {
  const problems: OptionProblem[] = []
  const { minEffort, maxEffort } = IMAGE_FORMAT_FACTS[format]
  if (effort < minEffort || effort > maxEffort) {
    const message =
      minEffort === maxEffort
        ? `is not an option of ${format}, whose encoder has none`
        : `must be an integer from ${minEffort} to ${maxEffort} for ${format}`
    problems.push({ option: 'effort', message })
  }
  if (animated && format !== 'webp') {
    problems.push({ option: 'animated', message: `is only for format webp, not for ${format}` })
  }
  // The decoder refuses to measure a picture with several frames.
  if (animated && (position === 'entropy' || position === 'attention')) {
    problems.push({ option: 'position', message: `must be a place, not ${position}, when animated is true` })
  }
  if (format === 'jpeg' && !background.endsWith('ff')) {
    problems.push({ option: 'background', message: 'must be opaque for jpeg, which has no transparency' })
  }
  return problems
}

function modeProblems({ mode, format, position, background }: NormalImage): OptionProblem[] {
  const problems: OptionProblem[] = []
  if (position !== 'centre' && mode !== 'crop') {
    problems.push({ option: 'position', message: `is only for mode crop, not for ${mode}` })
  }
  if (background !== '#ffffffff' && mode !== 'fill' && format !== 'jpeg') {
    const message = `is only for mode fill, or for format jpeg, not for ${format} in mode ${mode}`
    problems.push({ option: 'background', message })
  }
  return problems
}
