import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { isRindleError } from '../../domain/errors.ts'
import type { StaleMode } from '../../domain/stale-policy.ts'
import { isDeliverable } from '../../domain/states.ts'
import { profileOf, type Runtime } from '../../kernel/runtime.ts'
import type { IssueOptions } from './issue-url.ts'
import { assertAsset, declaredVariant, url, variantUrl } from './url.ts'
import { withVariants } from './with-variants.ts'

/** Options of {@link urlsFor}. */
export interface UrlsForOptions<V extends string = string> extends IssueOptions {
  /** The variants to link for each asset. @default none */
  readonly variants?: readonly V[]
  /** Whether to link the originals. @default true, unless variants are named */
  readonly original?: boolean
  /** Passed to the profiles' authorizers. */
  readonly actor?: unknown
  /** The target of a stale variant's URL. @default the profile's, else 'serve_stale' */
  readonly staleMode?: StaleMode
  /** The target for a variant without an object: `placeholder` gives `null`. @default 'original' */
  readonly onNotReady?: 'original' | 'placeholder'
}

/** The URLs of one asset; `null`: show a placeholder. */
export interface AssetUrls<V extends string = string> {
  /** `null` also when it was not requested. */
  readonly original: string | null
  /** By the requested names. */
  readonly variants: Readonly<Record<V, string | null>>
}

/** Assets at once: an authorizer may ask a database. */
const CONCURRENCY = 16

/**
 * Returns the URLs of many assets, by asset id. An asset that is not delivered, a file that its authorizer refuses, and
 * a variant that its profile does not have give `null` and do not fail the rest; nothing is issued for them. One query
 * for all assets that were read without their variants, else none. `unknown_variant` for a name that no profile of
 * these assets declares; errors of an authorizer propagate.
 */
export async function urlsFor(
  runtime: Runtime,
  assets: readonly (Asset | AssetWithVariants)[],
  options: UrlsForOptions = {},
): Promise<ReadonlyMap<string, AssetUrls>> {
  const names = options.variants ?? []
  for (const asset of assets) assertAsset(asset)
  assertVariantsDeclared(runtime, assets, names)
  const unique = [...new Map(assets.map((asset) => [asset.id, asset])).values()]
  const known = names.length === 0 ? unique : await withVariants(runtime, unique)
  const urls = new Map<string, AssetUrls>()
  for (let start = 0; start < known.length; start += CONCURRENCY) {
    const batch = known.slice(start, start + CONCURRENCY)
    const found = await Promise.all(batch.map((asset) => urlsOf(runtime, asset, names, options)))
    for (const [index, { id }] of batch.entries()) urls.set(id, found[index] as AssetUrls)
  }
  return urls
}

function assertVariantsDeclared(runtime: Runtime, assets: readonly Asset[], names: readonly string[]): void {
  const profiles = [...new Set(assets.map(({ profile }) => profile))]
  const [first] = profiles
  if (first === undefined) return
  for (const name of names) {
    const isKnown = profiles.some((profile) => Object.hasOwn(profileOf(runtime, profile).variants, name))
    if (!isKnown) declaredVariant(profileOf(runtime, first), first, name)
  }
}

async function urlsOf(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  names: readonly string[],
  options: UrlsForOptions,
): Promise<AssetUrls> {
  const declared = profileOf(runtime, asset.profile).variants
  const variants: Record<string, string | null> = {}
  for (const name of names) {
    variants[name] = Object.hasOwn(declared, name)
      ? await unlessRefused(asset, () => variantUrl(runtime, asset, name, options))
      : null
  }
  const isOriginalWanted = options.original ?? names.length === 0
  const original = isOriginalWanted ? await unlessRefused(asset, () => url(runtime, asset, options)) : null
  return { original, variants }
}

async function unlessRefused(asset: Asset, issue: () => Promise<string | null>): Promise<string | null> {
  if (!isDeliverable(asset.state)) return null
  try {
    return await issue()
  } catch (error) {
    if (isRindleError(error, 'forbidden')) return null
    throw error
  }
}
