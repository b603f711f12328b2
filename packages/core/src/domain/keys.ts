import { RindleError } from './errors.ts'
import { isTenantName } from './tenant.ts'

/**
 * The prefix of the permanent keys of tenants. Without it, a copy of all objects below a folder of the application would
 * look like the objects of a tenant with the name of that folder.
 */
const TENANTS_PREFIX = 'tenants/'

/** The prefix of every staging key. */
export const STAGING_PREFIX = 'staging/'

/** The longest key, in bytes: S3 allows 1,024, and a storage may add its own prefix. */
export const MAX_KEY_BYTES = 900

/** The pattern of profile and variant names; a name becomes a segment of keys. */
export const NAME_PATTERN: RegExp = /^[a-z][a-z0-9_]{0,47}$/

/** The first parts of every key of an asset. */
interface KeyOwner {
  /** Its keys begin with `tenants/` and the tenant; `null`: with the profile. */
  readonly tenant: string | null
  readonly profile: string
}

/** The parts of the key of an uploaded object, staged or original. */
export interface UploadKeyParts extends KeyOwner {
  readonly assetId: string
  /** `[a-z0-9_-]+`, made anew for each object, so that a URL for one never writes or opens another. */
  readonly random: string
  /** With its dot, or empty. */
  readonly extension: string
}

/** The parts of the key of a variant's object. */
export interface VariantKeyParts extends KeyOwner {
  readonly assetId: string
  readonly name: string
  /** The recipe digest: 64 hex digits; the key takes the first 16. */
  readonly digest: string
  /** With its dot, or empty. */
  readonly extension: string
}

// The problems of a malformed key. The order matters: the first match is reported.
const REFUSALS: readonly { readonly problem: string; readonly matches: RegExp }[] = [
  { problem: 'it is empty', matches: /^$/ },
  { problem: 'it contains a control character', matches: /\p{Cc}/u },
  { problem: 'it contains a backslash', matches: /\\/ },
  { problem: 'it is absolute', matches: /^\// },
  { problem: 'it contains an empty segment', matches: /\/\/|\/$/ },
  { problem: 'it contains a "." or ".." segment', matches: /(?:^|\/)\.{1,2}(?:\/|$)/ },
]

// The further problems of a key that another program gave. A storage may keep files of its own in hidden directories,
// and a careless proxy decodes what is encoded.
const UNREADABLE: typeof REFUSALS = [
  { problem: 'it contains a segment that begins with a dot', matches: /(?:^|\/)\./ },
  { problem: 'it contains an encoded slash or dot', matches: /%(?:2e|2f|5c)/i },
  { problem: 'it is not well-formed text', matches: /\p{Cs}/u },
]

// No generated key contains it: ids, random parts and names have no two dashes in a row.
const COMPANION_MARK = '--'
const SEGMENT = /^[a-z0-9_-]+$/
const EXTENSION = /^(?:\.[a-z0-9]+)?$/
const DIGEST = /^[0-9a-f]{64}$/
const STAGED_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=-)/
const WELL_FORMED = /^(?:[a-z0-9_-]+\/)*[a-z0-9_-]+(?:\.[a-z0-9]+)?$/
const TRACK_RANDOM = /^[0-9a-z]{32}$/
// The random part of another key has 32 characters.
const VARIANT_STEM = /^([^-]+-[0-9a-f]{16})(?:-[0-9a-z]{32})?$/
// The form of `originalKey`, `variantKey`, `trackKey` and `freshKey`; no other file has such a name by chance.
const PERMANENT =
  /^(?:tenants\/[a-z0-9][a-z0-9_-]{0,63}\/)?[a-z][a-z0-9_]{0,47}\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/(?:original-[a-z0-9_-]+|track-[0-9a-z]{32}|[a-z][a-z0-9_]{0,47}-[0-9a-f]{16}(?:-[0-9a-z]{32})?)(?:\.[a-z0-9]+)?$/

/** Whether a text is a key, as {@link normalizeKey} takes it. */
export function isKey(text: string): boolean {
  return problemOf(text) === undefined
}

/** Whether some key begins with `prefix`. */
export function canBeginKey(prefix: string): boolean {
  // The rest of a segment, or of an extension, may follow.
  return prefix === '' || isKey(prefix) || isKey(`${prefix}a`)
}

/**
 * Returns `key` unchanged, or throws `storage_key_invalid` and names the problem: a traversal, an absolute path, a
 * control character, a backslash, an empty segment, more than {@link MAX_KEY_BYTES} bytes, or a segment that is not
 * `[a-z0-9_-]+` (the last may have one extension, `.[a-z0-9]+`).
 */
export function normalizeKey(key: string): string {
  const problem = problemOf(key)
  if (problem === undefined) return key
  throw new RindleError('storage_key_invalid', `The storage key ${quoted(key)} is malformed: ${problem}.`)
}

/** Whether a text is the key of an object that may be read, as {@link readableKey} takes it. */
export function isReadableKey(text: string): boolean {
  return unreadableFor(text) === undefined
}

/**
 * Returns the key of an object that is to be read unchanged. It may be one that another program gave: "Photos/Été 1.JPG".
 * Throws `storage_key_invalid` and names the problem: a traversal, an absolute path, a segment that begins with a dot, a
 * control character, a backslash, an encoded slash or dot, an empty segment, or more than {@link MAX_KEY_BYTES} bytes.
 */
export function readableKey(key: string): string {
  const problem = unreadableFor(key)
  if (problem === undefined) return key
  throw new RindleError('storage_key_invalid', `The storage key ${quoted(key)} cannot be read: ${problem}.`)
}

/** Whether `name` is a valid profile name: {@link NAME_PATTERN}, and not `staging`, which holds uploads in flight. */
export function isProfileName(name: string): boolean {
  return NAME_PATTERN.test(name) && `${name}/` !== STAGING_PREFIX
}

/**
 * `staging/{profile}/{assetId}-{random}{extension}`; with a tenant, `tenants/{tenant}/` follows `staging/`. All uploads of
 * a profile share a directory: a disk makes none for each, and has none to wait for. Throws `storage_key_invalid` when a
 * part is not valid in a key.
 */
export function stagingKey({ random, extension, ...parts }: UploadKeyParts): string {
  const name = `${segment('asset id', parts.assetId)}-${segment('random part', random)}${checkedExtension(extension)}`
  return normalizeKey(`${STAGING_PREFIX}${ownerPrefix(parts)}${name}`)
}

/**
 * `{profile}/{assetId}/original-{random}{extension}`; with a tenant, every permanent key begins `tenants/{tenant}/`. Throws
 * `storage_key_invalid` when a part is not valid in a key.
 */
export function originalKey({ random, ...parts }: UploadKeyParts): string {
  return buildKey({ ...parts, stem: `original-${segment('random part', random)}` })
}

/**
 * `{profile}/{assetId}/{name}-{first 16 of digest}{extension}`: each recipe has its own key, so that an object never
 * overwrites one of another recipe. Throws `storage_key_invalid` when a part is not valid in a key.
 */
export function variantKey({ name, digest, ...parts }: VariantKeyParts): string {
  const variant = checked('variant name', name, NAME_PATTERN.test(name))
  const shortDigest = checked('recipe digest', digest, DIGEST.test(digest)).slice(0, 16)
  return buildKey({ ...parts, stem: `${variant}-${shortDigest}` })
}

/**
 * `{profile}/{assetId}/track-{random}.vtt`; `random` has 32 characters, and no variant's key so many. Throws
 * `storage_key_invalid` when a part is not valid in a key.
 */
export function trackKey({ random, ...parts }: Omit<UploadKeyParts, 'extension'>): string {
  const stem = `track-${checked('random part', random, TRACK_RANDOM.test(random))}`
  return buildKey({ ...parts, stem, extension: '.vtt' })
}

/**
 * Another key for the object of a permanent key, which no URL leads to: the same, with another random part. A variant's
 * key keeps its name and digest. `random` has 32 characters. Throws `storage_key_invalid` for any other key.
 */
export function freshKey(key: string, random: string): string {
  checked('random part', random, TRACK_RANDOM.test(random))
  checked('key', key, !isStagingKey(key) && isManagedKey(key))
  const { stem, extension } = splitKey(key)
  const slash = stem.lastIndexOf('/') + 1
  const name = stem.slice(slash)
  const kept = VARIANT_STEM.exec(name)?.[1] ?? name.slice(0, name.indexOf('-'))
  return normalizeKey(`${stem.slice(0, slash)}${kept}-${random}${extension}`)
}

/**
 * The prefix of every permanent key of an asset: of its original, its variants and its tracks. Throws
 * `storage_key_invalid` when a part is not valid in a key.
 */
export function assetPrefix({ id, ...owner }: KeyOwner & { readonly id: string }): string {
  return `${ownerPrefix(owner)}${segment('asset id', id)}/`
}

/** The tenant in a key of Rindle's, staged or permanent; `null`: none. */
export function tenantIn(key: string): string | null {
  return /^(?:staging\/)?tenants\/([^/]+)\//.exec(key)?.[1] ?? null
}

/** The asset's id in a permanent or a staging key. In any other key the text is no id, or the id of no asset. */
export function assetIdIn(key: string): string {
  // Earlier versions gave every upload a directory with the asset's id.
  const [directory = '', file = ''] = key.split('/').slice(-2)
  return isStagingKey(key) ? (STAGED_ID.exec(file)?.[0] ?? directory) : directory
}

/**
 * The key of an object that lies beside the object of `key` while that is uploaded: `name` goes between stem and
 * extension. `name` is `[a-z0-9_-]+`. Throws `storage_key_invalid` for an invalid key or name.
 */
export function companionKey(key: string, name: string): string {
  const { stem, extension } = splitKey(normalizeKey(key))
  return normalizeKey(`${stem}${COMPANION_MARK}${segment('companion name', name)}${extension}`)
}

/** The key that the companion `key` belongs to, or `null`. */
export function companionOwner(key: string): string | null {
  const { stem, extension } = splitKey(key)
  const mark = stem.lastIndexOf(COMPANION_MARK)
  return mark > stem.lastIndexOf('/') + 1 ? `${stem.slice(0, mark)}${extension}` : null
}

/** The prefix of all companions of `key` whose names begin with `name`. */
export function companionPrefix(key: string, name: string): string {
  return `${splitKey(normalizeKey(key)).stem}${COMPANION_MARK}${name}`
}

/** Whether `key` belongs to an upload in flight. */
export function isStagingKey(key: string): boolean {
  return key.startsWith(STAGING_PREFIX)
}

/**
 * Whether `key` has the form of Rindle's own objects, in any profile: staged, original, variant or track. Objects
 * under any other key belong to the application.
 */
export function isManagedKey(key: string): boolean {
  return isStagingKey(key) || PERMANENT.test(key)
}

/**
 * Whether the application must not use `key` for its own files: it has Rindle's form, lies among the objects of one of
 * these profiles, or would be in their way.
 */
export function isReservedKey(key: string, profiles: readonly string[]): boolean {
  const [first = ''] = key.split('/', 1)
  return `${first}/` === STAGING_PREFIX || profiles.includes(first) || isManagedKey(key)
}

interface KeyParts extends KeyOwner {
  readonly assetId: string
  readonly stem: string
  readonly extension: string
}

function buildKey(parts: KeyParts): string {
  const extension = checkedExtension(parts.extension)
  return normalizeKey(`${ownerPrefix(parts)}${segment('asset id', parts.assetId)}/${parts.stem}${extension}`)
}

function checkedExtension(extension: string): string {
  return checked('extension', extension, EXTENSION.test(extension))
}

function ownerPrefix({ tenant, profile }: KeyOwner): string {
  const below = `${checked('profile name', profile, isProfileName(profile))}/`
  return tenant === null ? below : `${TENANTS_PREFIX}${checked('tenant', tenant, isTenantName(tenant))}/${below}`
}

function splitKey(key: string): { readonly stem: string; readonly extension: string } {
  const dot = key.indexOf('.', key.lastIndexOf('/') + 1)
  return dot === -1 ? { stem: key, extension: '' } : { stem: key.slice(0, dot), extension: key.slice(dot) }
}

function segment(part: string, value: string): string {
  return checked(part, value, SEGMENT.test(value))
}

// Each part is checked alone: a slash in one could make a well-formed key of another asset.
function checked(part: string, value: string, isValid: boolean): string {
  if (isValid) return value
  throw new RindleError('storage_key_invalid', `The ${part} ${quoted(value)} cannot be part of a storage key.`)
}

function problemOf(key: string): string | undefined {
  // A caller without types may pass anything, and a pattern would test its text.
  if (typeof key !== 'string') return 'it is not a string'
  // First, so that nothing below works through an endless text. A valid character is one byte.
  if (key.length > MAX_KEY_BYTES) return `it has more than ${MAX_KEY_BYTES} bytes`
  if (WELL_FORMED.test(key)) return undefined
  const refusal = REFUSALS.find(({ matches }) => matches.test(key))
  return refusal?.problem ?? 'segments are a-z, 0-9, "_" and "-", with one extension in the last'
}

function unreadableFor(key: string): string | undefined {
  const problem = problemOf(key)
  if (problem === undefined || typeof key !== 'string') return problem
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it has more than ${MAX_KEY_BYTES} bytes`
  return [...REFUSALS, ...UNREADABLE].find(({ matches }) => matches.test(key))?.problem
}

// A refused key may be anything: it is shown escaped and cut.
function quoted(key: unknown): string {
  const text = String(key)
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
