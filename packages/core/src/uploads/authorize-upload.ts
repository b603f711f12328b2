import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'

/**
 * The answer of the application about an upload that a client wants to begin: `false` refuses; `{ owner }` grants and, when the
 * client names a slot, attaches the upload to that owner as soon as it is available; `true` grants, and takes no slot.
 */
export type UploadGrant = boolean | { readonly owner: Owner }

/** Where an upload goes when it is available: nowhere, or into a slot of an owner. */
export interface UploadPlace {
  readonly owner?: Owner
  readonly slot?: string
}

/**
 * Asks the application whether an upload may begin, and gives the place that it is begun with. Without a function to ask,
 * everybody may upload, and slots are refused. `forbidden`, `invalid_input` for a slot that no owner was named for.
 */
export async function authorizeUpload<Intent extends { readonly profile: string; readonly slot: string | undefined }>(
  ask: ((intent: Intent) => UploadGrant | Promise<UploadGrant>) | undefined,
  intent: Intent,
): Promise<UploadPlace> {
  const grant = (await ask?.(intent)) ?? true
  const { profile, slot } = intent
  if (grant === false) throw new RindleError('forbidden', `You may not upload to "${profile}".`)
  if (slot === undefined) return {}
  if (grant === true) throw new RindleError('invalid_input', 'Slots are not accepted here: omit the slot.')
  return { owner: grant.owner, slot }
}
