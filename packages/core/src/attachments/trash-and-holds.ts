import { type HoldOptions, hold, type UnholdOptions, unhold } from '../assets/hold.ts'
import type { Hold, TrashedAttachment } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { trashedAttachments } from './read.ts'
import { type RestoreOptions, type RestoreReport, restore } from './restore.ts'
import { type TrashOptions, type TrashReport, trash } from './trash.ts'

/** Keeping assets from being lost: a trash that they come back from, and holds that nothing deletes. */
export interface TrashAndHolds {
  /**
   * Takes an asset from all its holders and puts it into the trash: it is not delivered, its URLs end, and it is purged
   * after `afterSeconds`. Atomic, safe to repeat. `not_found`, `invalid_transition`.
   */
  trash(asset: { readonly id: string }, options?: TrashOptions): Promise<TrashReport>
  /**
   * Brings an asset back from the trash, with its former attachments. It gets new URLs. Atomic, safe to repeat. `not_found`,
   * `invalid_transition`, `conflict` when a slot is taken or full, unless `whenTaken` says what to do then.
   */
  restore(asset: { readonly id: string }, options?: RestoreOptions): Promise<RestoreReport>
  /** The attachments that {@link restore} would bring back, in order of owner and slot. */
  trashedAttachments(asset: { readonly id: string }): Promise<readonly TrashedAttachment[]>
  /**
   * Puts an asset on hold: until the hold ends, nothing deletes the asset, a variant or a track of it; a purge that is due
   * meanwhile waits. A second call replaces reason and end. Atomic. `not_found`, `not_deliverable` once its purge has begun,
   * `invalid_input`.
   */
  hold(asset: { readonly id: string }, options: HoldOptions): Promise<Hold>
  /**
   * Ends the hold of an asset and returns it, or `null` if there was none. Maintenance purges the asset if its purge was due
   * meanwhile. Atomic, safe to repeat. `not_found`.
   */
  unhold(asset: { readonly id: string }, options?: UnholdOptions): Promise<Hold | null>
}

/** Returns the verbs of one instance. */
export function trashAndHoldsOf(runtime: Runtime): TrashAndHolds {
  return {
    trash: (reference, options) => trash(runtime, reference, options),
    restore: (reference, options) => restore(runtime, reference, options),
    trashedAttachments: (reference) => trashedAttachments(runtime, reference),
    hold: (reference, options) => hold(runtime, reference, options),
    unhold: (reference, options) => unhold(runtime, reference, options),
  }
}
