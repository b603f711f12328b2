import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { IMAGES_SHOWN_EVERYWHERE, PREFERRED_IMAGES } from '../../domain/type-tables/browser-types.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { typesOf, widthsOf } from '../images/choose-member.ts'
import { element, voidElement } from './html.ts'
import type { Placeholder } from './placeholder.ts'
import type { PictureSize, ShownFile } from './shown-file.ts'
import { type MarkupOptions, type ShownFamily, ShownFiles } from './shown-files.ts'

/** Options of every {@link picture}. */
export interface ShownPictureOptions extends MarkupOptions {
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

/** Options of a {@link picture} of single variants. */
export interface VariantPictureOptions<V extends string = string> extends ShownPictureOptions {
  /** Image variants of the same picture, in any sizes and formats. */
  readonly variants: readonly V[]
  /** Either these variants or a family. */
  readonly family?: never
}

/** Options of a {@link picture} of a family. */
export interface FamilyPictureOptions<F extends string = string> extends ShownPictureOptions {
  /**
   * A family of the profile. Its eager members are sources by format; those on demand are one `img`, whose URLs answer with
   * the best format that the browser accepts.
   */
  readonly family: F
  /** Either a family or single variants. */
  readonly variants?: never
}

/** Options of {@link picture}: `variants` or `family`. */
export type PictureOptions<V extends string = string, F extends string = string> =
  | VariantPictureOptions<V>
  | FamilyPictureOptions<F>

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

/** CSS that shows a placeholder until the picture is there, by its names in React. */
export interface PictureStyle {
  /** A blurred picture, or a colour. It stays behind transparent parts of the picture. */
  readonly background: string
  /** Width by height. */
  readonly aspectRatio?: string
}

/** The family of a picture, for programs that build their own markup. */
export interface PictureFamily {
  /** Its one URL; `null` without the option `images`, if nothing of it can be made, or if the authorizer refuses it. */
  readonly url: string | null
  /** The widths that this asset has, in pixels, the narrowest first. */
  readonly widths: readonly number[]
  /** The content types that it has, the preferred one first and the fallback last. */
  readonly types: readonly string[]
}

/** A picture as plain data, and as HTML. */
export interface Picture {
  /** In newer formats; the browser takes the first one that it supports. */
  readonly sources: readonly PictureSource[]
  readonly img: PictureImage
  /** The content of the `img`; `null`: nothing, so only browsers that support a source show a picture. */
  readonly fallback: 'variant' | 'original' | 'placeholder' | null
  /** The style of the `img`; `null` for an asset without placeholder. A `style-src` policy must allow inline styles. */
  readonly style: PictureStyle | null
  /** `null` for a picture of single variants. */
  readonly family: PictureFamily | null
  /** `<picture>`, or `<img>` where there are no sources. Everything is escaped. */
  readonly html: string
}

/**
 * Markup of an image asset, or of a video's poster: a source for each newer format, with width descriptors, and an
 * `img` that every browser shows, with its dimensions. Leaves out variants that are not ready, and files that the
 * authorizer refuses. The original is the fallback when there is no variant, but only if every browser shows its type.
 * The members of a family on demand need not be ready: they are one `img`. One query when the asset was read without its
 * variants, else none. `not_deliverable`, `unknown_variant` also for a family, `invalid_input` for a variant that is no
 * image, `forbidden` when everything is refused.
 */
export async function picture(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  options: PictureOptions,
): Promise<Picture> {
  const files = await ShownFiles.of(runtime, asset, options)
  const family = options.family === undefined ? null : await files.family(options.family)
  const shown = family?.files ?? (await files.variants(options.variants ?? [], 'image'))
  const { newer, everywhere } = family?.isNegotiated === true ? { newer: [], everywhere: shown } : byUse(shown)
  const original = everywhere.length === 0 ? await files.original('image', IMAGES_SHOWN_EVERYWHERE) : null
  files.assertShown()
  const sources = newer.map(([, group]) => sourceOf(group, options))
  const fallback = original === null ? everywhere : [original]
  const img = imageOf(fallback, family?.size ?? null, options)
  const style = styleOf(files.placeholder(), img)
  return {
    sources,
    img,
    fallback: fallbackOf(everywhere, original, options),
    style,
    family: family === null ? null : familyOf(family),
    html: htmlOf(sources, img, style),
  }
}

function familyOf({ url, members }: ShownFamily): PictureFamily {
  return { url, widths: widthsOf(members), types: typesOf(members) }
}

/** The formats for sources, and the files of the one that every browser shows. Pure. */
function byUse(files: readonly ShownFile[]): {
  readonly newer: readonly Format[]
  readonly everywhere: readonly ShownFile[]
} {
  const formats = byFormat(files)
  const shownEverywhere = formats.findLast(([type]) => IMAGES_SHOWN_EVERYWHERE.has(type))
  return { newer: formats.filter((format) => format !== shownEverywhere), everywhere: shownEverywhere?.[1] ?? [] }
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

function imageOf(files: readonly ShownFile[], size: PictureSize | null, options: PictureOptions): PictureImage {
  const { alt, sizes, placeholder, loading = 'lazy', className } = options
  const src = files.at(-1)?.url ?? placeholder
  const srcSet = srcSetOf(files)
  return {
    ...(src === undefined ? {} : { src }),
    ...(srcSet === undefined ? {} : { srcSet, ...(sizes === undefined ? {} : { sizes }) }),
    alt,
    ...(files.length === 0 ? size : dimensionsOf(files)),
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
  everywhere: readonly ShownFile[],
  original: ShownFile | null,
  { placeholder }: PictureOptions,
): Picture['fallback'] {
  if (everywhere.length > 0) return 'variant'
  if (original !== null) return 'original'
  return placeholder === undefined ? null : 'placeholder'
}

function styleOf(placeholder: Placeholder | null, { width, height }: PictureImage): PictureStyle | null {
  if (placeholder === null) return null
  const { colour, dataUrl } = placeholder
  return {
    background: dataUrl === null ? colour : `${colour} url(${dataUrl}) center / cover no-repeat`,
    ...(width === undefined || height === undefined ? {} : { aspectRatio: `${width} / ${height}` }),
  }
}

function htmlOf(sources: readonly PictureSource[], img: PictureImage, style: PictureStyle | null): string {
  const image = voidElement('img', { ...img, ...(style === null ? {} : { style: cssOf(style) }) })
  if (sources.length === 0) return image
  return element('picture', {}, [...sources.map((source) => voidElement('source', { ...source })), image])
}

function cssOf({ background, aspectRatio }: PictureStyle): string {
  return `background: ${background}${aspectRatio === undefined ? '' : `; aspect-ratio: ${aspectRatio}`}`
}
