import { RindleError } from '@rindle/core'
import type { PlannedVariant } from './decode-plan.ts'
import { applicationFilePath } from './recipes/application-files.ts'

/** Paths of the files of the application that a variant needs; `null` where it needs none. */
export interface VariantFiles {
  readonly overlay: string | null
  readonly transform: string | null
}

/**
 * Finds the files of a variant by their hashes. `setup_incomplete`, for which the variant waits, if the profiles of this
 * process name no such file: another worker may have it, or this one after it is deployed.
 */
export function applicationFiles({ name, recipe: { overlay, transform } }: PlannedVariant): VariantFiles {
  const pathOf = (what: string, sha256: string | undefined): string | null => {
    if (sha256 === undefined) return null
    const path = applicationFilePath(sha256)
    if (path !== undefined) return path
    const message =
      `Variant ${name} needs the ${what} with the SHA-256 ${sha256}, and no file of this worker's profiles has it. ` +
      'Deploy the file with the worker, and restart it.'
    throw new RindleError('setup_incomplete', message, { details: { variant: name, sha256 } })
  }
  return { overlay: pathOf('overlay', overlay?.sha256), transform: pathOf('module', transform?.sha256) }
}
