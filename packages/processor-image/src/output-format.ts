import { IMAGE_FORMAT_FACTS, type ImageFormat } from './recipes/formats.ts'
import type { FormattedImage, ImageOrder } from './recipes/image-options.ts'
import type { SourceFacts } from './source-facts.ts'

// Those that every browser shows, and that can be written.
const SHOWN: ReadonlyMap<string, ImageFormat> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/avif', 'avif'],
  ['image/gif', 'gif'],
])

/** The recipe with the format that `source` means for a source with these facts, and with its defaults. Pure. */
export function formatFor(
  recipe: ImageOrder,
  { contentType, hasAlpha }: Pick<SourceFacts, 'contentType' | 'hasAlpha'>,
): FormattedImage {
  const { format: wanted, quality, effort, background } = recipe
  const format = wanted === 'source' ? (SHOWN.get(contentType) ?? (hasAlpha ? 'png' : 'jpeg')) : wanted
  const { hasQuality, defaultQuality, defaultEffort } = IMAGE_FORMAT_FACTS[format]
  return {
    ...recipe,
    format,
    quality: hasQuality ? (quality ?? defaultQuality) : defaultQuality,
    effort: effort ?? defaultEffort,
    // JPEG has no transparency.
    background: format === 'jpeg' ? `${background.slice(0, 7)}ff` : background,
  }
}
