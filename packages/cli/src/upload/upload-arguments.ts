import { type Owner, RindleError } from '@rindle/core'
import { ownerOf } from '../owner.ts'

/** The owner and slot of an upload. */
export interface Place {
  readonly owner: Owner
  readonly slot: string
}

const MAX_TIMEOUT_SECONDS = 86_400

/** The owner and slot of `--owner type:id` and `--slot`, if given. Pure. `invalid_input`. */
export function placeOf(owner: string | undefined, slot: string | undefined, fileCount: number): Place | undefined {
  if (owner === undefined && slot === undefined) return undefined
  if (owner === undefined || slot === undefined) {
    throw new RindleError('invalid_input', '--owner and --slot go together: use both, or neither.')
  }
  const holder = ownerOf(owner)
  if (fileCount === 1) return { owner: holder, slot }
  throw new RindleError('invalid_input', '--slot takes one file: each further one would replace the one before it.')
}

/** `--timeout-sec` in milliseconds. Pure. `invalid_input`. */
export function timeoutMsOf(seconds: number): number {
  if (seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds * 1_000
  throw new RindleError(
    'invalid_input',
    `--timeout-sec must be a number of seconds up to ${MAX_TIMEOUT_SECONDS} (a day).`,
  )
}
