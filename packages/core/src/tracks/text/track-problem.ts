import { RindleError } from '../../domain/errors.ts'

/** The error of text that is no track. `line`: the line of the file that is wrong, from 1. */
export function trackProblem(problem: string, line?: number): RindleError {
  const where = line === undefined ? '' : ` in line ${line}`
  return new RindleError('invalid_input', `The text track is not valid${where}: ${problem}.`, {
    details: line === undefined ? {} : { line },
  })
}
