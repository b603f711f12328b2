import type { Asset, AssetState, AssetWithVariants, Variant } from '@rindle/core'
import type { Call } from '../call.ts'
import { isPicture, isShown, isShownType } from '../preview.ts'
import { plainName } from './file-name.ts'
import { dimensions, duration, size } from './format.ts'
import { glyph, stateMark } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'

/** The widest picture that the stage asks for. */
const WIDEST = 1_600

/** Assets that are not shown, by state: glyph and words. */
const HIDDEN: Partial<Readonly<Record<AssetState, Parameters<typeof standIn>>>> = {
  quarantined: ['shield', 'Refused: never shown'],
  trashed: ['wait', 'In the trash'],
  deleted: ['wait', 'Deleted'],
}

/** The preview of an asset: a picture, a player, or a document. */
export function stage(call: Call, asset: AssetWithVariants): Html {
  if (!isShown(asset)) {
    const [shape, words] = HIDDEN[asset.state] ?? ['wait', 'Not checked yet']
    return standIn(shape, words)
  }
  const source = (variant?: Variant): string =>
    call.at(`/preview/${asset.id}${variant === undefined ? '' : `/${encodeURIComponent(variant.name)}`}`)
  const ready = asset.variants.filter(({ state, storageKey }) => isServed(state) && storageKey !== null)
  const [best] = ready
    .filter(({ contentType, width }) => isPicture(contentType) && (width ?? 0) <= WIDEST)
    .toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0))
  const media = asset.kind === 'video' || asset.kind === 'audio' ? playable(asset, ready) : undefined
  if (media !== undefined) {
    const src = source(media === 'original' ? undefined : media)
    const words = html`<figcaption class="stage-foot"><span>Playing ${media === 'original' ? 'the original' : html`<code>${media.name}</code>`}.</span></figcaption>`
    const label = plainName(asset.filename)
    return asset.kind === 'audio'
      ? html`<figure><audio controls preload="none" src="${src}" aria-label="${label}"></audio>${words}</figure>`
      : html`<figure><div class="stage"><div class="frame"><video controls preload="none" src="${src}" aria-label="${label}" width="${asset.width ?? 640}" height="${asset.height ?? 360}"${best === undefined ? NOTHING : html` poster="${source(best)}"`}></video></div></div>${words}</figure>`
  }
  const shown = best ?? (isPicture(asset.contentType) ? undefined : null)
  if (shown === null) {
    return asset.contentType === 'application/pdf'
      ? html`<p><a class="btn" href="${source()}" target="_blank" rel="noopener noreferrer">Open the document</a></p>`
      : standIn('page', asset.contentType ?? 'A file')
  }
  const of = shown ?? asset
  return html`<figure><div class="stage"><div class="frame"><img src="${source(shown)}" alt="${plainName(asset.filename)}" width="${of.width ?? 640}" height="${of.height ?? 480}">${ring(asset)}</div></div><figcaption class="stage-foot"><span>Showing ${shown === undefined ? 'the original' : html`<code>${shown.name}</code>`}.</span></figcaption></figure>`
}

/** A variant beside the others: its picture or its trouble, its recipe, and its facts. */
export function variantFigure(call: Call, asset: Asset, variant: Variant): Html {
  const { name, state, errorReason, errorMessage, attempt, progress, recipeDigest, onDemand } = variant
  const isBad = state === 'failed' || state === 'missing'
  const facts = [
    dimensions(variant),
    variant.byteSize === null ? '' : size(variant.byteSize),
    variant.durationMs === null ? '' : duration(variant.durationMs / 1000),
  ].filter((part) => part !== '')
  return html`<figure class="variant${isBad ? ' is-bad' : ''}"><div class="pic">${variantPicture(call, asset, variant)}</div><figcaption><div class="row"><b class="any">${name}</b>${stateMark(state)}</div><span class="any">${recipeText(variant)}</span><span class="dim">${facts.map((part) => `${part}, `)}<code title="${recipeDigest}">${recipeDigest.slice(0, 8)}</code>${attempt > 1 ? `, attempt ${attempt}` : ''}${onDemand ? ', on demand' : ''}</span>${
    state === 'processing'
      ? html`<progress value="${progress}" max="100" aria-label="${name}">${progress} %</progress>`
      : NOTHING
  }${errorReason === null ? NOTHING : html`<span class="any"><code>${errorReason}</code> ${errorMessage}</span>`}</figcaption></figure>`
}

function variantPicture(
  call: Call,
  asset: Asset,
  { name, state, storageKey, contentType, width, height, outputKind }: Variant,
): Html {
  if (isServed(state) && storageKey !== null && isShown(asset) && isPicture(contentType)) {
    return html`<img src="${call.at(`/preview/${asset.id}/${encodeURIComponent(name)}`)}" alt="${name} of the asset" width="${width ?? 160}" height="${height ?? 120}" loading="lazy">`
  }
  const isReady = isServed(state)
  return html`<span>${glyph(isReady ? (outputKind === 'video' ? 'film' : 'page') : 'wait')}<br>${isReady ? (contentType ?? outputKind) : state === 'failed' ? 'not made' : 'not there'}</span>`
}

/** The form of a recipe in a few words: its kind, and its options. */
function recipeText({ recipe, outputKind }: Variant): string {
  const words = Object.entries(recipe).flatMap(([name, value]) =>
    name !== 'kind' && (typeof value === 'string' || typeof value === 'number') ? [`${name} ${value}`] : [],
  )
  const kind = typeof recipe['kind'] === 'string' ? recipe['kind'] : outputKind
  return [kind, ...words.slice(0, 6)].join(', ')
}

function isServed(state: string): boolean {
  return state === 'ready' || state === 'stale'
}

/** What a browser can play, the smallest first: a variant, or the original. */
function playable(asset: Asset, ready: readonly Variant[]): Variant | 'original' | undefined {
  const [best] = ready
    .filter(({ contentType, outputKind }) => outputKind === asset.kind && isShownType(contentType))
    .toSorted((a, b) => (a.byteSize ?? 0) - (b.byteSize ?? 0))
  return best ?? (isShownType(asset.contentType) ? 'original' : undefined)
}

function ring({ focus }: Asset): Html {
  if (focus === null) return NOTHING
  const [x, y] = [`${(focus.x * 100).toFixed(1)}%`, `${(focus.y * 100).toFixed(1)}%`]
  return html`<svg aria-hidden="true"><circle class="focus-ring under" cx="${x}" cy="${y}" r="13"/><circle class="focus-ring" cx="${x}" cy="${y}" r="13"/><circle cx="${x}" cy="${y}" r="2.5" fill="#fff"/></svg>`
}

function standIn(shape: string, words: string): Html {
  return html`<div class="stage"><div class="thumb"><span class="stand-in">${glyph(shape)}${words}</span></div></div>`
}
