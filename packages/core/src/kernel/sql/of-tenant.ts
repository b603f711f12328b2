/** The scope of a verb over many rows. */
export interface TenantOption {
  /** Only what belongs to this tenant; `null`: only what belongs to none. @default all */
  readonly tenant?: string | null
}

/** SQL: whether a column is the tenant of a {@link tenantParameter}. Both are texts of this code. */
export function ofTenant(column: string, parameter: string): string {
  return `(${parameter}::jsonb is null or ${column} is not distinct from (${parameter}::jsonb #>> '{}'))`
}

/** One parameter for three cases: any tenant, none, this one. */
export function tenantParameter(tenant: string | null | undefined): string | null {
  return tenant === undefined ? null : JSON.stringify(tenant)
}
