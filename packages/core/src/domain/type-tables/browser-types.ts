/** Image types that every browser shows. AVIF is not among them yet; HEIC, TIFF, JPEG XL and raw formats never were. */
export const IMAGES_SHOWN_EVERYWHERE: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/svg+xml',
])

/** Image types with smaller files of the same picture, the smallest first. */
export const PREFERRED_IMAGES: readonly string[] = ['image/avif', 'image/webp']

/** The type that browsers play, but deny to know: they look into a file without a type. */
export const UNTYPED_VIDEO = 'video/quicktime'

/** Video types that browsers may play. */
export const PLAYED_VIDEOS: ReadonlySet<string> = new Set(['video/mp4', 'video/webm', 'video/ogg', UNTYPED_VIDEO])

/** Audio types that browsers may play. */
export const PLAYED_SOUNDS: ReadonlySet<string> = new Set([
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/flac',
])
