import { createHash } from 'node:crypto'
import type { VariantView, WireAsset } from '@rindle/client'
import { type AssetWithVariants, type ErrorCode, isRindleError, type Rindle, type Variant } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import { shownMessage } from './shown-message.ts'

/**
 * The codes that mean "there is no URL": by the state, the authorizer, or a variant that the profile no longer
 * declares.
 */
const WITHOUT_URL: readonly ErrorCode[] = ['not_deliverable', 'forbidden', 'unknown_variant']

/** An asset as this actor may see it. Signs its URLs; makes no query. */
export async function assetView(rindle: Rindle, asset: AssetWithVariants, actor: unknown): Promise<WireAsset> {
  const [url, variants] = await Promise.all([
    urlOrNull(rindle.url(asset, { actor })),
    Promise.all(asset.variants.map(async (variant) => [variant.name, await view(rindle, asset, variant, actor)])),
  ])
  return {
    id: asset.id,
    profile: asset.profile,
    state: asset.state,
    kind: asset.kind,
    filename: asset.filename,
    contentType: asset.contentType,
    byteSize: asset.byteSize,
    width: asset.width,
    height: asset.height,
    durationMs: asset.durationMs,
    errorReason: asset.errorReason,
    errorMessage: shownMessage(asset),
    settled: isSettledState(asset.state),
    url,
    variants: Object.fromEntries(variants) as Record<string, VariantView>,
  }
}

/** A string that differs whenever the asset or a variant differs; signed URLs, which differ with time, do not count. */
export function versionOf(asset: AssetWithVariants): string {
  return createHash('sha256').update(JSON.stringify(asset)).digest('base64url').slice(0, 22)
}

async function view(rindle: Rindle, asset: AssetWithVariants, variant: Variant, actor: unknown): Promise<VariantView> {
  const isReady = variant.state === 'ready'
  return {
    state: variant.state,
    outputKind: variant.outputKind,
    progress: variant.progress,
    contentType: variant.contentType,
    byteSize: variant.byteSize,
    width: variant.width,
    height: variant.height,
    durationMs: variant.durationMs,
    errorReason: variant.errorReason,
    errorMessage: shownMessage(variant),
    metadata: variant.metadata,
    url: isReady ? await urlOrNull(rindle.variantUrl(asset, variant.name, { actor })) : null,
  }
}

async function urlOrNull(issued: Promise<string | null>): Promise<string | null> {
  try {
    return await issued
  } catch (error) {
    if (isRindleError(error) && WITHOUT_URL.includes(error.code)) return null
    throw error
  }
}
