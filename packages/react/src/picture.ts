import type { FamilyView, PlaceholderView } from '@rindle/client'
import { type CSSProperties, createElement, type ImgHTMLAttributes, type ReactElement } from 'react'

/** The part of the result of `rindle.picture()` that {@link Picture} renders. */
export interface PictureData {
  readonly sources: readonly {
    readonly type: string
    readonly srcSet: string
    readonly sizes?: string
    readonly width?: number
    readonly height?: number
  }[]
  readonly img: {
    readonly src?: string
    readonly srcSet?: string
    readonly sizes?: string
    readonly alt: string
    readonly width?: number
    readonly height?: number
    readonly loading?: 'lazy' | 'eager'
    readonly decoding?: 'async'
    readonly className?: string
  }
  /** Shown until the picture is there. */
  readonly style?: CSSProperties | null
}

/** Attributes of the `img` that a page adds: classes, an id, handlers. */
type AddedAttributes = Omit<
  ImgHTMLAttributes<HTMLImageElement>,
  'alt' | 'height' | 'loading' | 'placeholder' | 'sizes' | 'src' | 'srcSet' | 'width'
>

/** Props of {@link Picture} for a picture that a server has described. */
export interface PictureOfData extends AddedAttributes {
  /** The result of `rindle.picture()`. */
  readonly picture: PictureData
}

/** Props of {@link Picture} for a family of an asset in a page. */
export interface PictureOfFamily extends AddedAttributes {
  /** One of the asset's `families`. */
  readonly family: FamilyView
  /** The text for people who do not see the picture; empty for mere decoration. */
  readonly alt: string
  /** The width of the picture on the page, in CSS: `(min-width: 60rem) 50vw, 100vw`. @default the browser's, 100vw */
  readonly sizes?: string
  /** The asset's `placeholder`, shown until the picture is there. @default none */
  readonly placeholder?: PlaceholderView | null
  /** `eager` for the pictures that are seen first. @default 'lazy' */
  readonly loading?: 'lazy' | 'eager'
}

/** Props of {@link Picture}. */
export type PictureProps = PictureOfData | PictureOfFamily

/**
 * A picture in the width and the format that suit the browser: an `img` with its dimensions, in a `picture` where it
 * has sources. Other props go to the `img`. Pure, without hooks: it works in server components too.
 */
export function Picture(props: PictureProps): ReactElement {
  return 'picture' in props ? ofData(props) : ofFamily(props)
}

function ofData({ picture: { sources, img, style }, ...added }: PictureOfData): ReactElement {
  return markup(sources, img, { ...added, style: { ...style, ...added.style } })
}

function ofFamily({ family, alt, sizes, placeholder, loading, ...added }: PictureOfFamily): ReactElement {
  const { src, srcSet, width, height } = family
  const chosen = sizes === undefined ? {} : { sizes }
  const dimensions = width === null || height === null ? {} : { width, height }
  const img = {
    alt,
    loading: loading ?? 'lazy',
    decoding: 'async',
    ...dimensions,
    ...(srcSet === null ? {} : { ...chosen, srcSet }),
    ...(src === null ? {} : { src }),
  } as const
  const sources = family.sources.map((source) => ({
    ...source,
    // A single image has no width in its `srcset`, and then `sizes` is not allowed.
    ...(source.srcSet.includes(' ') ? chosen : {}),
    ...dimensions,
  }))
  return markup(sources, img, { ...added, style: { ...backgroundOf(placeholder ?? null), ...added.style } })
}

function markup(sources: PictureData['sources'], img: PictureData['img'], added: AddedAttributes): ReactElement {
  const { src, srcSet, sizes, ...attributes } = img
  // React sets attributes in this order, and a browser fetches an image as soon as it has a `src`.
  const image = createElement('img', { ...attributes, ...added, sizes, srcSet, src })
  if (sources.length === 0) return image
  return createElement(
    'picture',
    null,
    ...sources.map((source) => createElement('source', { key: source.type, ...source })),
    image,
  )
}

/** The colour below, so that it is there even where the blurred picture is not. Pure. */
function backgroundOf(placeholder: PlaceholderView | null): CSSProperties {
  if (placeholder === null) return {}
  const { dataUrl, colour } = placeholder
  return { background: dataUrl === null ? colour : `${colour} url(${dataUrl}) center / cover no-repeat` }
}
