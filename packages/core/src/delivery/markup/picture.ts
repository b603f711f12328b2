import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { IMAGES_SHOWN_EVERYWHERE, PREFERRED_IMAGES } from '../../domain/type-tables/browser-types.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { element, voidElement } from './html.ts'
import { type MarkupOptions, type ShownFile, ShownFiles } from './shown-files.ts'

/** Options of {@link picture}. */
export interface PictureOptions<V extends string = string> extends MarkupOptions {
  /** Image variants of the same picture, in any sizes and formats. */
  readonly variants: readonly V[]
  /** The text for people who do not see the picture; empty for mere decoration. */
  readonly alt: string
  /** The width of the picture on the page, in CSS: `(min-width: 60rem) 50vw, 100vw`. */
  readonly sizes?: string
  /**
   * The URL of an image for an asset that has nothing yet that every browser shows. @default none: `src` is left out
   */
  readonly placeholder?: string
  /** `eager` for the pictures that are seen first. @default 'lazy' */
  readonly loading?: 'lazy' | 'eager'
}

/** Attributes of a `source`, by their names in the DOM and in React. */
export interface PictureSource {
  readonly type: string
  readonly srcSet: string
  readonly sizes?: string
  readonly width?: number
  readonly height?: number
}

/** Attributes of the `img`, by their names in the DOM and in React. */
export interface PictureImage {
  /** Absent when there is nothing that every browser shows and no placeholder. */
  readonly src?: string
  readonly srcSet?: string
  readonly sizes?: string
  readonly alt: string
  readonly width?: number
  readonly height?: number
  readonly loading: 'lazy' | 'eager'
  readonly decoding: 'async'
  readonly className?: string
}

/** A picture as plain data, and as HTML. */
export interface Picture {
  /** In newer formats; the browser takes the first one that it supports. */
  readonly sources: readonly PictureSource[]
  readonly img: PictureImage
  /** The content of the `img`; `null`: nothing, so only browsers that support a source show a picture. */
  readonly fallback: 'variant' | 'original' | 'placeholder' | null
  /** `<picture>`, or `<img>` where there are no sources. Everything is escaped. */
  readonly html: string
}

/**
 * Markup of an image asset, or of a video's poster: a source for each newer format, with width descriptors, and an
 * `img` that every browser shows, with its dimensions. Leaves out variants that are not ready, and files that the
 * authorizer refuses. The original is the fallback when there is no variant, but only if every browser shows its type.
 * One query when the asset was read without its variants, else none. `not_deliverable`, `unknown_variant`,
 * `invalid_input` for a variant that is no image, `forbidden` when everything is refused.
 */
export async function picture(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  options: PictureOptions,
): Promise<Picture> {
  const files = await ShownFiles.of(runtime, asset, options)
  const formats = byFormat(await files.variants(options.variants, 'image'))
  const shownEverywhere = formats.findLast(([type]) => IMAGES_SHOWN_EVERYWHERE.has(type))
  const original = shownEverywhere === undefined ? await files.original('image', IMAGES_SHOWN_EVERYWHERE) : null
  files.assertShown()
  const sources = formats.filter((format) => format !== shownEverywhere).map(([, shown]) => sourceOf(shown, options))
  const fallback = shownEverywhere?.[1] ?? (original === null ? [] : [original])
  const img = imageOf(fallback, options)
  return { sources, img, fallback: fallbackOf(shownEverywhere, original, options), html: htmlOf(sources, img) }
}

type Format = readonly [type: string, files: readonly [ShownFile, ...ShownFile[]]]

/** Files by content type, the preferred type first; within a type narrower files first, one of each width. Pure. */
function byFormat(files: readonly ShownFile[]): readonly Format[] {
  const groups = Map.groupBy(files, ({ contentType }) => contentType)
  const rank = (type: string): number => {
    const index = PREFERRED_IMAGES.indexOf(type)
    if (index >= 0) return index
    return IMAGES_SHOWN_EVERYWHERE.has(type) ? PREFERRED_IMAGES.length + 1 : PREFERRED_IMAGES.length
  }
  return [...groups]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([type, group]) => {
      const byWidth = [...new Map(group.toReversed().map((file) => [file.width, file])).values()]
      const sorted = byWidth.toSorted((a, b) => (a.width ?? 0) - (b.width ?? 0))
      return [type, sorted as [ShownFile, ...ShownFile[]]] as const
    })
}

function sourceOf(files: readonly [ShownFile, ...ShownFile[]], { sizes }: PictureOptions): PictureSource {
  return {
    type: files[0].contentType,
    srcSet: srcSetOf(files) ?? files[0].url,
    ...(files.length === 1 || sizes === undefined ? {} : { sizes }),
    ...dimensionsOf(files),
  }
}

function imageOf(files: readonly ShownFile[], options: PictureOptions): PictureImage {
  const { alt, sizes, placeholder, loading = 'lazy', className } = options
  const src = files.at(-1)?.url ?? placeholder
  const srcSet = srcSetOf(files)
  return {
    ...(src === undefined ? {} : { src }),
    ...(srcSet === undefined ? {} : { srcSet, ...(sizes === undefined ? {} : { sizes }) }),
    alt,
    ...dimensionsOf(files),
    loading,
    decoding: 'async',
    ...(className === undefined ? {} : { className }),
  }
}

/** Several files with their widths; one file needs no choice. */
function srcSetOf(files: readonly ShownFile[]): string | undefined {
  const known = files.filter(({ width }) => width !== null)
  return known.length < 2 ? undefined : known.map(({ url, width }) => `${url} ${width}w`).join(', ')
}

/** The dimensions of the largest file: all have the same proportions, which keep the page from jumping. */
function dimensionsOf(files: readonly ShownFile[]): { readonly width?: number; readonly height?: number } {
  const { width, height } = files.at(-1) ?? { width: null, height: null }
  return width === null || height === null ? {} : { width, height }
}

function fallbackOf(
  shownEverywhere: Format | undefined,
  original: ShownFile | null,
  { placeholder }: PictureOptions,
): Picture['fallback'] {
  if (shownEverywhere !== undefined) return 'variant'
  if (original !== null) return 'original'
  return placeholder === undefined ? null : 'placeholder'
}

function htmlOf(sources: readonly PictureSource[], img: PictureImage): string {
  const image = voidElement('img', { ...img })
  if (sources.length === 0) return image
  return element('picture', {}, [...sources.map((source) => voidElement('source', { ...source })), image])
}
