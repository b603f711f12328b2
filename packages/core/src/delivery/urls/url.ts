import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset, Variant } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { notDeliverable } from '../../domain/not-deliverable.ts'
import type { Recipe } from '../../domain/recipe.ts'
import { chooseVariant, type NotReadyMode, type StaleMode } from '../../domain/stale-policy.ts'
import { isDeliverable, isInFlight, isUnverified, type VariantState } from '../../domain/states.ts'
import { announceRefusal } from '../../events/refusals.ts'
import { profileOf, type Runtime } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { forbidden, refusalByAuthorizer } from './authorize.ts'
import {
  announceIssued,
  type DeliveredFile,
  type IssueOptions,
  issueUrl,
  originalFile,
  signedUrl,
  variantFile,
} from './issue-url.ts'
import { withVariants } from './with-variants.ts'

/** Options of {@link url}. */
export interface UrlOptions extends IssueOptions {
  /** Passed to the profile's authorizer. */
  readonly actor?: unknown
  /** The name under which a browser saves the file. @default the sanitised name of the upload */
  readonly filename?: string
}

/** Options of {@link variantUrl}. */
export interface VariantUrlOptions extends UrlOptions {
  /** The target of a stale variant's URL. @default the profile's, else 'serve_stale' */
  readonly staleMode?: StaleMode
  /** The target for a variant without an object: `placeholder` gives `null`. @default 'original' */
  readonly onNotReady?: NotReadyMode
}

/**
 * Returns a URL of the asset's original: it asks the authorizer first, and a refusal issues nothing. Signed unless the
 * profile is public. No query: it uses the asset as you read it. `not_deliverable`, `forbidden`.
 */
export async function url(runtime: Runtime, asset: Asset, options: UrlOptions = {}): Promise<string> {
  const profile = assertDeliverable(runtime, asset)
  // A page signs thousands at once: without an authorizer there is nothing to await.
  if (profile.delivery.authorize !== null) await authorize(profile, asset, undefined, options.actor)
  const signed = await signedUrl(runtime, asset, profile, named(originalFile(asset), options), options)
  announceIssued(runtime, asset, profile)
  return signed.url
}

/**
 * Returns a URL of a variant, or of its substitute: see {@link VariantUrlOptions}. `null` when the caller shows its own
 * placeholder: because it asked for that, or because the original is of another kind than the variant (a video instead
 * of its poster). One query when the asset was read without its variants, else none. `unknown_variant`,
 * `not_deliverable`, `forbidden`.
 */
export async function variantUrl(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  name: string,
  options: VariantUrlOptions = {},
): Promise<string | null> {
  const profile = assertDeliverable(runtime, asset)
  const declared = declaredVariant(profile, asset.profile, name)
  await authorize(profile, asset, name, options.actor)
  const [{ variants }] = await withVariants(runtime, [asset])
  const variant = variants.find((candidate) => candidate.name === name)
  const { serve } = choose(profile, variant, options)
  if (serve === 'variant') {
    return issueUrl(runtime, asset, profile, named(variantFile(asset, variant as Variant), options), options)
  }
  if (serve === 'error') {
    throw new RindleError(
      'not_deliverable',
      `Variant "${name}" of asset ${asset.id} is ${variant?.state ?? 'not planned'} and has nothing to serve.`,
      { details: { state: variant?.state ?? null }, retryable: isOnItsWay(variant?.state) },
    )
  }
  if (serve === 'placeholder' || asset.kind !== declared.makes) return null
  return await issueUrl(runtime, asset, profile, named(originalFile(asset), options), options)
}

/** Returns the profile of a deliverable asset. `not_deliverable`; `invalid_input` for an object that is no asset. */
export function assertDeliverable(runtime: Runtime, asset: Asset): Profile {
  assertAsset(asset)
  const { id, state } = asset
  if (isDeliverable(state)) return profileOf(runtime, asset.profile)
  const advice = isUnverified(state) ? ' yet. Read it again when it is available.' : '.'
  const error = notDeliverable(state, `Asset ${id} is ${state} and is not delivered${advice}`)
  announceRefusal(runtime, 'delivery', error)
  throw error
}

/** Refuses what the compiler would refuse: an id, an attachment, an asset of the client. `invalid_input`. Pure. */
export function assertAsset(asset: unknown): asserts asset is Asset {
  if (typeof asset === 'object' && asset !== null && 'state' in asset && 'storageKey' in asset) return
  const message =
    'An asset is needed, with all its fields. Pass what `rindle.asset(id)` returns, or the `asset` of an attachment; ' +
    'an id, an attachment and a part of an asset are none.'
  throw new RindleError('invalid_input', message)
}

/** Whether work makes a variant in this state, or will, without anybody asking for it. */
function isOnItsWay(state: VariantState | undefined): boolean {
  return state !== undefined && (state === 'planned' || isInFlight(state))
}

/** Returns a variant's declaration in its profile. `unknown_variant`. */
export function declaredVariant(profile: Profile, profileName: string, name: string): Recipe {
  const declared = Object.hasOwn(profile.variants, name) ? profile.variants[name] : undefined
  if (declared !== undefined) return declared
  const known = Object.keys(profile.variants).join(', ')
  throw new RindleError('unknown_variant', `Profile "${profileName}" has no variant "${name}". It has: ${known}.`, {
    details: { variant: name },
  })
}

/** Decides what to serve for a variant, by its row and the caller's options. Pure. */
export function choose(
  profile: Profile,
  variant: Variant | undefined,
  options: Pick<VariantUrlOptions, 'staleMode' | 'onNotReady'>,
): ReturnType<typeof chooseVariant> {
  const state = variant === undefined ? undefined : { state: variant.state, hasObject: variant.storageKey !== null }
  return chooseVariant(state, options.staleMode ?? profile.delivery.staleMode, options.onNotReady ?? 'original')
}

/** Asks the authorizer about the original, a variant or a family. `forbidden`. */
export async function authorize(
  profile: Profile,
  asset: Asset,
  variant: string | undefined,
  actor: unknown,
): Promise<void> {
  const refusal = await refusalByAuthorizer(profile, { asset, ...(variant === undefined ? {} : { variant }), actor })
  if (refusal !== null) throw forbidden(`asset ${asset.id}`, refusal)
}

function named(file: DeliveredFile, { filename }: UrlOptions): DeliveredFile {
  return filename === undefined ? file : { ...file, filename }
}
