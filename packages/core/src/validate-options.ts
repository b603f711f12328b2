import { z } from 'zod'
import { DEFAULT_EXPIRY_SECONDS, MAX_EXPIRY_SECONDS } from './domain/expiry.ts'
import { isProfileName } from './domain/keys.ts'
import { type InvalidOption, invalidOptions, problemsOf } from './domain/option-problems.ts'
import { webhooksSchema } from './hooks/webhooks/webhook-options.ts'
import type { WebhookOptions } from './ports/hooks.ts'
import type { Processor } from './ports/processor.ts'
import type { StorageAdapter } from './ports/storage.ts'
import type { Profile, SlotRules } from './profile/profile.ts'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const withMembers = (what: string, ...members: readonly string[]): z.ZodType =>
  z.custom((value) => isObject(value) && members.every((member) => member in value), `must be ${what}`)

const NO_URL =
  'is not a PostgreSQL URL. Use one like postgres://user:password@host:5432/database, with special characters of the ' +
  'password percent-encoded; or { poolerUrl, directUrl }, { pool } or { prisma }'

const postgresUrl = z.string().refine(isPostgresUrl)

/** Returns the problem of the given `database`, or `undefined`. Never repeats its value: URLs hold passwords. Pure. */
function databaseProblem(database: unknown): string | undefined {
  if (database === undefined || database === null) return 'is missing. Is DATABASE_URL set in the environment?'
  if (typeof database === 'string' && database.trim() === '') {
    return 'is empty. Is DATABASE_URL set to a URL?'
  }
  if (typeof database === 'string') return isPostgresUrl(database) ? undefined : NO_URL
  const isPool = z.strictObject({ pool: withMembers('made by new pg.Pool()', 'connect') }).safeParse(database).success
  const isPrisma = z
    .strictObject({ prisma: withMembers('made by new PrismaClient()', '$transaction') })
    .safeParse(database).success
  const isPooler = z.strictObject({ poolerUrl: postgresUrl, directUrl: postgresUrl }).safeParse(database).success
  if (isPool || isPrisma || isPooler) return undefined
  return (
    'must be a postgres:// URL, { poolerUrl, directUrl } with two of them, { pool } of pg, or { prisma } of a Prisma ' +
    'client'
  )
}

function isPostgresUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol
  return protocol === 'postgres:' || protocol === 'postgresql:'
}

/** Whether agents of this version of Node know proxies. Pure. */
function canUseProxy(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}

const MIN_SIGNING_KEY_LENGTH = 32
const signingKey = z
  .string()
  .min(MIN_SIGNING_KEY_LENGTH, `must be a secret of at least ${MIN_SIGNING_KEY_LENGTH} characters`)
const BASE_URL = 'must be an absolute http or https URL, or a path such as /rindle, without query and fragment'

/** Pages use it as it is, so a path begins at the root of their origin. */
function isBaseUrl(text: string): boolean {
  if (/[?#\s]/.test(text) || text.startsWith('//')) return false
  return text.startsWith('/') || /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}

const optionsSchema = z.strictObject({
  database: z.unknown().superRefine((database, context) => {
    const problem = databaseProblem(database)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  }),
  storages: z.record(
    z.string().refine((name) => name.length >= 1 && name.length <= 64, 'must have 1 to 64 characters'),
    withMembers('a storage adapter', 'capabilities', 'put', 'get'),
  ),
  profiles: z.record(
    z.string().refine(isProfileName, 'must be lower-case letters, digits and _, and not "staging"'),
    withMembers('made by defineProfile()', 'accept', 'variants', 'delivery'),
  ),
  jobs: withMembers('a jobs adapter', 'enqueue', 'work'),
  processors: z.array(withMembers('a processor', 'recipes', 'capabilities', 'process')).optional(),
  logger: withMembers('a logger with debug, info, warn and error', 'debug', 'info', 'warn', 'error').optional(),
  delivery: z
    .strictObject({
      expiresInSeconds: z.int().min(1).max(MAX_EXPIRY_SECONDS).optional(),
      maxExpiresInSeconds: z.int().min(1).max(MAX_EXPIRY_SECONDS).optional(),
    })
    .optional(),
  images: z
    .strictObject({
      baseUrl: z.string().refine(isBaseUrl, BASE_URL),
      signingKeys: z.tuple([signingKey], signingKey),
      waitMs: z.int().min(0).max(600_000).optional(),
      whileMaking: z.enum(['wait', 'nearest']).optional(),
      redirect: z.enum(['follow', 'stream']).optional(),
      maxMaking: z.int().min(1).optional(),
      maxWaiting: z.int().min(1).optional(),
    })
    .optional(),
  streams: z
    .strictObject({ baseUrl: z.string().refine(isBaseUrl, BASE_URL), signingKeys: z.tuple([signingKey], signingKey) })
    .optional(),
  workDirectory: z.string().min(1).optional(),
  sourceCacheMaxBytes: z.int().positive().optional(),
  quarantineDays: z.int().min(1).max(36_500).optional(),
  quota: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
  maxOpenUploads: z.int().min(1).optional(),
  webhooks: webhooksSchema.optional(),
  hooks: z
    .strictObject({
      handlerTimeoutMs: z.int().min(1).max(3_600_000).optional(),
      retryForSeconds: z.int().min(0).max(31_536_000).optional(),
    })
    .optional(),
  fetch: z
    .strictObject({
      allowHttp: z.boolean().optional(),
      allowPrivate: z.boolean().optional(),
      proxy: z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        // An older Node would connect directly, and nobody would check to what.
        .refine(() => canUseProxy(process.versions.node), 'needs Node 22.21, 24.5 or newer')
        .optional(),
      lookup: z.custom((value) => typeof value === 'function', 'must be a function like dns.lookup').optional(),
    })
    .optional(),
  telemetry: withMembers('made by openTelemetry()', 'span', 'context', 'record', 'observe').optional(),
  now: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
})

/** The options whose combination depends on the adapters' capabilities. */
interface Composition {
  readonly storages: Readonly<Record<string, StorageAdapter>>
  readonly profiles: Readonly<Record<string, Profile>>
  readonly processors?: readonly Processor[]
  readonly delivery?: { readonly expiresInSeconds?: number; readonly maxExpiresInSeconds?: number }
  readonly webhooks?: readonly WebhookOptions[]
  readonly images?: unknown
}

/** Throws one `config_invalid` that lists every problem with its path. */
export function assertValidOptions(options: Composition): void {
  const parsed = optionsSchema.safeParse(options)
  const problems = parsed.success ? compositionProblems(options) : problemsOf(parsed.error, options)
  if (problems.length > 0) throw invalidOptions("Rindle's options are not valid", problems)
}

function compositionProblems(options: Composition): readonly InvalidOption[] {
  const { storages, profiles, processors = [] } = options
  const ofProfiles = Object.entries(profiles).flatMap(([name, profile]) =>
    storageProblems(`profiles.${name}`, profile, storages),
  )
  return [
    ...expiryProblems(options),
    ...ofProfiles,
    ...slotProblems(profiles),
    ...kindProblems(processors),
    ...webhookProblems(options),
    ...familyProblems(options),
  ]
}

/** A row of one kind must have one processor. */
function kindProblems(processors: readonly Processor[]): readonly InvalidOption[] {
  const makers = new Map<string, string>()
  return processors.flatMap(({ name, recipes }, index) =>
    recipes.flatMap(({ kind }): readonly InvalidOption[] => {
      const other = makers.get(kind)
      makers.set(kind, name)
      if (other === undefined) return []
      return [{ path: `processors.${index}`, message: `${name} makes recipes of the kind "${kind}", as ${other} does` }]
    }),
  )
}

/** One slot may hold assets of several profiles, by the same rules. */
function slotProblems(profiles: Composition['profiles']): readonly InvalidOption[] {
  const first = new Map<string, { readonly profile: string; readonly rules: SlotRules }>()
  return Object.entries(profiles).flatMap(([profile, { slots }]) =>
    Object.entries(slots).flatMap(([slot, rules]): readonly InvalidOption[] => {
      const other = first.get(slot)
      first.set(slot, other ?? { profile, rules })
      if (other === undefined || describeRules(other.rules) === describeRules(rules)) return []
      const message = `holds ${describeRules(rules)}, but in profile ${other.profile} ${describeRules(other.rules)}`
      return [{ path: `profiles.${profile}.slots.${slot}`, message }]
    }),
  )
}

function describeRules({ cardinality, max }: SlotRules): string {
  return max === null ? cardinality : `${cardinality}, at most ${max}`
}

/** A webhook that names a profile which does not exist would hear of nothing. */
function webhookProblems({ webhooks = [], profiles }: Composition): readonly InvalidOption[] {
  return webhooks.flatMap(({ profiles: wanted = [] }, index) =>
    wanted
      .filter((name) => !Object.hasOwn(profiles, name))
      .map((name) => ({ path: `webhooks.${index}.profiles`, message: `there is no profile "${name}"` })),
  )
}

/** Only a request makes the images of a family on demand, and only this option says where it comes. */
function familyProblems({ images, profiles }: Composition): readonly InvalidOption[] {
  if (images !== undefined) return []
  const families = Object.entries(profiles).flatMap(([profile, each]) =>
    Object.entries(each.families)
      .filter(([, { make }]) => make === 'on_demand')
      .map(([family]) => `profiles.${profile}.variants.${family}`),
  )
  if (families.length === 0) return []
  const message = `is missing, and needed by families on demand: ${families.join(', ')}. Give { baseUrl, signingKeys }`
  return [{ path: 'images', message }]
}

function expiryProblems({ delivery = {}, profiles }: Composition): readonly InvalidOption[] {
  const { expiresInSeconds = null, maxExpiresInSeconds = MAX_EXPIRY_SECONDS } = delivery
  const ofProfiles = Object.entries(profiles).map(
    ([name, profile]) => [`profiles.${name}.delivery.expiresInSeconds`, profile.delivery.expiresInSeconds] as const,
  )
  const expiries = [['delivery.expiresInSeconds', expiresInSeconds ?? DEFAULT_EXPIRY_SECONDS] as const, ...ofProfiles]
  return expiries
    .filter(([, seconds]) => seconds !== null && seconds > maxExpiresInSeconds)
    .map(([path, seconds]) => ({
      path,
      message: `is ${seconds}, more than maxExpiresInSeconds, ${maxExpiresInSeconds}`,
    }))
}

function storageProblems(
  path: string,
  profile: Profile,
  storages: Readonly<Record<string, StorageAdapter>>,
): readonly InvalidOption[] {
  const storage = Object.hasOwn(storages, profile.storage) ? storages[profile.storage] : undefined
  if (storage === undefined) {
    const known = Object.keys(storages).join(', ')
    return [{ path: `${path}.storage`, message: `there is no storage "${profile.storage}"; there are: ${known}` }]
  }
  const needed = profile.delivery.public ? 'public_url' : 'signed_url'
  if (storage.capabilities.has(needed)) return []
  const mode = profile.delivery.public ? 'public' : 'private'
  const message = `${mode} delivery needs the capability ${needed}, which the ${storage.name} storage "${profile.storage}" lacks`
  return [{ path: `${path}.delivery`, message }]
}
