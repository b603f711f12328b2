/** How one content type is read. */
export interface SourceType {
  /** What sharp calls the format of such bytes. */
  readonly format: string
  /** The libvips operation that reads such a file; `null`: it is read from memory. */
  readonly loader: string | null
}

const HEIF: SourceType = { format: 'heif', loader: 'VipsForeignLoadHeifFile' }
const PNG: SourceType = { format: 'png', loader: 'VipsForeignLoadPngFile' }

/**
 * Every content type that sharp reads. HEIC is among them for its header alone: what is built from npm has no HEVC
 * decoder, and says so when the asset is probed instead of failing each of its variants.
 */
export const SOURCE_TYPES: ReadonlyMap<string, SourceType> = new Map<string, SourceType>([
  ['image/jpeg', { format: 'jpeg', loader: 'VipsForeignLoadJpegFile' }],
  ['image/png', PNG],
  ['image/apng', PNG],
  ['image/webp', { format: 'webp', loader: 'VipsForeignLoadWebpFile' }],
  ['image/gif', { format: 'gif', loader: 'VipsForeignLoadNsgifFile' }],
  ['image/tiff', { format: 'tiff', loader: 'VipsForeignLoadTiffFile' }],
  ['image/avif', HEIF],
  ['image/heic', HEIF],
  ['image/heif', HEIF],
  // Read as a file, an SVG may show other images of the disk that it refers to; read from memory it cannot.
  ['image/svg+xml', { format: 'svg', loader: null }],
])
