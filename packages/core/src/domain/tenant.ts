import { RindleError } from './errors.ts'

/** The pattern of the names of tenants; a name becomes a segment of keys. The database holds the same. */
const PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** Whether `name` can name a tenant. Pure. */
export function isTenantName(name: unknown): name is string {
  return typeof name === 'string' && PATTERN.test(name)
}

/** Refuses a text that cannot name a tenant: `invalid_input`. No tenant is fine. */
export function assertTenant(tenant: string | null | undefined): void {
  if (tenant === undefined || tenant === null || isTenantName(tenant)) return
  throw new RindleError(
    'invalid_input',
    `The tenant ${JSON.stringify(String(tenant).slice(0, 80))} must be 1 to 64 characters of a-z, 0-9, "_" and "-", ` +
      'and begin with a letter or digit. Give an id or a slug of it.',
  )
}
