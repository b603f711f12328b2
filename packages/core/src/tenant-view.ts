import { validate } from 'uuid'
import { RindleError } from './domain/errors.ts'
import { assertTenant } from './domain/tenant.ts'
import type { Runtime } from './kernel/runtime.ts'
import { textOrNull } from './kernel/sql/row-values.ts'
import type { TenantRindle } from './rindle.ts'
import { TENANT_SCOPES, type TenantScope } from './tenant-scopes.ts'
import type { VerbName } from './verbs.ts'

/** A new method has its line in the table. */
const SCOPES: { readonly [Name in VerbName]: TenantScope } = TENANT_SCOPES

type Method = (...args: unknown[]) => unknown

/** Makes the view of a tenant over an instance. `invalid_input` for a text that is no name of a tenant. */
export function tenantView(runtime: Runtime, instance: object, tenant: string | null): TenantRindle {
  assertTenant(tenant)
  const guard = new TenantGuard(runtime, tenant)
  const methods = instance as Readonly<Record<string, Method>>
  const scoped = Object.entries<TenantScope>(SCOPES).flatMap(([name, scope]) => {
    const method = methods[name]
    return scope === 'none' || method === undefined ? [] : [[name, guard.around(scope, method)] as const]
  })
  return { ...Object.fromEntries(scoped), tenant, profiles: runtime.profiles } as unknown as TenantRindle
}

class TenantGuard {
  readonly #runtime: Runtime
  readonly #tenant: string | null

  constructor(runtime: Runtime, tenant: string | null) {
    this.#runtime = runtime
    this.#tenant = tenant
  }

  around(scope: Exclude<TenantScope, 'none'>, method: Method): Method {
    if (scope === 'as_is') return method
    if (typeof scope === 'number') return (...args) => method(...this.#withTenant(args, scope))
    if (scope === 'found') return async (...args) => this.#only([await method(...args)])[0] ?? null
    if (scope === 'found_all') return async (...args) => this.#only((await method(...args)) as readonly unknown[])
    return async (...args) => {
      if (scope === 'uploader' && !(await this.#has('media_assets', String(args[0])))) return null
      await this.#assertOwn(scope, args)
      return method(...(scope === 'pieces' ? this.#withTenant(args, 2) : args))
    }
  }

  async #assertOwn(scope: TenantScope, args: readonly unknown[]): Promise<void> {
    const [first, second] = args
    if (scope === 'asset') await this.#assertAsset(first)
    if (scope === 'assets') for (const asset of first as readonly unknown[]) await this.#assertAsset(asset)
    if (scope === 'session') await this.#assertSession(first)
    if (scope === 'pieces') for (const id of second as readonly unknown[]) await this.#assertSession(id)
    if (scope === 'received' && tenantIn(first) !== this.#tenant) throw gone('upload', '')
  }

  /** A row says its tenant; of an id alone the database does. The tenant of a row never changes. */
  async #assertAsset(asset: unknown): Promise<void> {
    const id = idIn(asset)
    const said = tenantIn(asset)
    const isOwn = said === undefined ? await this.#has('media_assets', id) : said === this.#tenant
    if (!isOwn) throw gone('asset', id)
  }

  async #assertSession(session: unknown): Promise<void> {
    const id = idIn(session)
    if (!(await this.#has('media_upload_sessions', id))) throw gone('upload session', id)
  }

  async #has(table: 'media_assets' | 'media_upload_sessions', id: string): Promise<boolean> {
    if (!validate(id)) return false
    const { rows } = await this.#runtime.database.executeSql(`select tenant from rindle.${table} where id = $1::uuid`, [
      id,
    ])
    return rows[0] !== undefined && textOrNull(rows[0], 'tenant') === this.#tenant
  }

  #withTenant(args: readonly unknown[], at: number): unknown[] {
    const options = { ...(args[at] as object | undefined), tenant: this.#tenant }
    return Array.from({ length: Math.max(args.length, at + 1) }, (_, index) => (index === at ? options : args[index]))
  }

  /** Assets, and attachments with their assets. */
  #only(found: readonly unknown[]): readonly unknown[] {
    return found.filter((each) => {
      if (typeof each !== 'object' || each === null) return false
      return tenantIn('asset' in each ? each.asset : each) === this.#tenant
    })
  }
}

/** `undefined`: the argument does not say. */
function tenantIn(argument: unknown): string | null | undefined {
  if (typeof argument !== 'object' || argument === null || !('tenant' in argument)) return undefined
  return argument.tenant as string | null
}

/** The id in an argument: the text itself, or that of an object. */
function idIn(argument: unknown): string {
  if (typeof argument !== 'object' || argument === null) return String(argument)
  const { id, assetId, sessionId } = argument as Readonly<Record<string, unknown>>
  return String(id ?? assetId ?? sessionId)
}

function gone(what: string, id: string): RindleError {
  return new RindleError('not_found', `There is no ${what} ${id} of this tenant.`.replace('  ', ' '))
}
