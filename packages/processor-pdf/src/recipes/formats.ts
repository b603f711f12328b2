/** Formats in which a page can be encoded. */
export const PAGE_FORMATS = ['webp', 'png', 'jpeg', 'avif'] as const

/** One of {@link PAGE_FORMATS}. */
export type PageFormat = (typeof PAGE_FORMATS)[number]

/** The settings of one format. */
export interface PageFormatFacts {
  readonly contentType: string
  readonly defaultQuality: number
}

/**
 * The facts of every format. A changed default changes the digest of every recipe that relies on it, and so makes every
 * such variant stale.
 */
export const PAGE_FORMAT_FACTS: Readonly<Record<PageFormat, PageFormatFacts>> = {
  webp: { contentType: 'image/webp', defaultQuality: 80 },
  png: { contentType: 'image/png', defaultQuality: 100 },
  jpeg: { contentType: 'image/jpeg', defaultQuality: 80 },
  avif: { contentType: 'image/avif', defaultQuality: 50 },
}
