import type { Owner } from '../domain/entities.ts'
import { assertTenant } from '../domain/tenant.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { profileOf } from '../kernel/runtime.ts'

/** For whom a file is uploaded, as the options of every way in name it. */
export interface UploadOrigin {
  /** The actor who begins the upload, as the application names them; stored with the session. @default none */
  readonly actorId?: string
  /**
   * The tenant that the asset belongs to, for good: 1 to 64 characters of a-z, 0-9, `_` and `-`. Its keys begin with
   * `tenants/` and the tenant. @default none
   */
  readonly tenant?: string
}

/**
 * The name of the storage that a new asset goes to: the profile's, or the one that its function chooses.
 * `invalid_input` for a tenant that is no name, `unknown_profile`.
 */
export function storageFor(
  runtime: Runtime,
  profileName: string,
  { actorId, tenant, owner }: UploadOrigin & { readonly owner?: Owner },
): string {
  assertTenant(tenant)
  const { storage, chooseStorage } = profileOf(runtime, profileName)
  if (chooseStorage === null) return storage
  return chooseStorage({ actorId: actorId ?? null, owner: owner ?? null, tenant: tenant ?? null })
}
