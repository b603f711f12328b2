import type { Runtime } from '../../kernel/runtime.ts'
import type { ListedObject } from '../../ports/storage.ts'
import type { AnyProfiles, Profiles, SlotName } from '../../profile/names.ts'
import type { AttachTo } from '../attach-to.ts'
import { adopt } from './adopt.ts'
import type { Adoption, AdoptionPreview, AdoptOptions, AdoptSource } from './adopt-options.ts'
import { type ForeignObjectsOptions, foreignObjects } from './foreign-objects.ts'
import { previewAdoption } from './preview-adoption.ts'

/** Files that lie in a storage already. */
export interface AdoptedUploads<Ps extends AnyProfiles = Profiles> {
  /**
   * Makes an asset of an object that lies in a storage, or of a file that this process can read. The gate is that of an
   * upload. The storage itself copies if it is that of the profile; otherwise the bytes stream through this process. Safe
   * to repeat and to call many times at once: one object is adopted once. `upload_rejected`, `storage_object_missing`,
   * `storage_precondition_failed` when the bytes change meanwhile, `checksum_mismatch`, `conflict` when the object belongs
   * to another profile or asset, `capability_unsupported`, `invalid_input`.
   */
  adopt<P extends keyof Ps & string>(
    profile: P,
    source: AdoptSource,
    options?: AdoptOptions & AttachTo<SlotName<Ps, P> & string> & { readonly position?: number },
  ): Promise<Adoption<P>>
  /**
   * Judges an object as {@link adopt} would, with the same errors, and writes nothing: for a dry run. Reads only the head,
   * so it compares no checksum.
   */
  previewAdoption<P extends keyof Ps & string>(
    profile: P,
    source: AdoptSource,
    options?: AdoptOptions & AttachTo<SlotName<Ps, P> & string> & { readonly position?: number },
  ): Promise<AdoptionPreview<P>>
  /**
   * Lists the objects that lie in a storage and do not have the keys of Rindle's own, in the order of their keys.
   * `invalid_input` for an unknown storage, `capability_unsupported`.
   */
  foreignObjects(storage: string, options?: ForeignObjectsOptions): AsyncIterable<ListedObject>
}

/** The methods of an instance. */
export function adoptedUploads(runtime: Runtime): AdoptedUploads {
  return {
    adopt: (profile, source, options) => adopt(runtime, profile, source, options),
    previewAdoption: (profile, source, options) => previewAdoption(runtime, profile, source, options),
    foreignObjects: (storage, options) => foreignObjects(runtime, storage, options),
  }
}
