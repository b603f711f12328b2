/** How to read one content type. */
export interface SourceType {
  /** The format that such bytes open as: sharp's name, or `bmp` and `ico`. */
  readonly format: string
  /** The libvips operation that reads such a file; `null`: its bytes are read into memory first. */
  readonly loader: string | null
}

const HEIF: SourceType = { format: 'heif', loader: 'VipsForeignLoadHeifFile' }
const SVG: SourceType = { format: 'svg', loader: null }
const PNG: SourceType = { format: 'png', loader: 'VipsForeignLoadPngFile' }

/** The package with a decoder for the types that npm's sharp cannot decode. */
export const HEVC_PACKAGE = '@rindle/decoder-heic'

/** Whether files of this type are usually coded as HEVC. */
export function isHevc(contentType: string): boolean {
  return contentType === 'image/heic' || contentType === 'image/heif'
}

/**
 * Every content type that sharp can read. HEIC is here only for its header: npm's build has no HEVC decoder, and says so
 * when the asset is probed instead of failing each of its variants. A decoder besides sharp comes first.
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
  ['image/svg+xml', SVG],
  ['image/svg+xml-compressed', SVG],
  // libvips reads neither; they are decoded here.
  ['image/bmp', { format: 'bmp', loader: null }],
  ['image/x-icon', { format: 'ico', loader: null }],
])
