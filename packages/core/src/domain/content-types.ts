import mime from 'mime-types'
import type { AssetKind } from './states.ts'

/** What bytes of an unknown type are. */
export const UNKNOWN_CONTENT_TYPE = 'application/octet-stream'

// Types that mean the same bytes: old and vendor spellings, and sequences, which share extension and decoder with
// their still form. `audio/opus` and `audio/vorbis` are RTP types; as a file that is Ogg.
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/jfif': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/vnd.mozilla.apng': 'image/apng',
  'image/avif-sequence': 'image/avif',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heif',
  'image/x-bmp': 'image/bmp',
  'image/x-ms-bmp': 'image/bmp',
  'image/tif': 'image/tiff',
  'image/x-tiff': 'image/tiff',
  'image/svg': 'image/svg+xml',
  'image/vnd.microsoft.icon': 'image/x-icon',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/mpeg3': 'audio/mpeg',
  'audio/x-mp3': 'audio/mpeg',
  'audio/x-mpeg': 'audio/mpeg',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/x-pn-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-aac': 'audio/aac',
  'audio/aacp': 'audio/aac',
  'audio/x-aiff': 'audio/aiff',
  'audio/opus': 'audio/ogg',
  'audio/vorbis': 'audio/ogg',
  'audio/x-ogg': 'audio/ogg',
  'application/mp4': 'video/mp4',
  'video/x-m4v': 'video/mp4',
  'video/matroska': 'video/x-matroska',
  'video/avi': 'video/x-msvideo',
  'video/msvideo': 'video/x-msvideo',
  'video/vnd.avi': 'video/x-msvideo',
  'video/mp1s': 'video/mpeg',
  'video/mp2p': 'video/mpeg',
  'video/3gp': 'video/3gpp',
  'text/xml': 'application/xml',
  'application/javascript': 'text/javascript',
  'application/x-javascript': 'text/javascript',
  'application/ecmascript': 'text/javascript',
  'application/x-pdf': 'application/pdf',
}

// Where the registry's list is missing, begins with a spelling nobody uses, or is narrower than real files: an
// animated PNG is called .png, a phone's sound recording is an MP4 called .m4a, and cameras swap .mp4 and .mov, which
// are one family of containers.
const EXTENSIONS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'image/jpeg': ['.jpg', '.jpeg', '.jpe', '.jfif', '.pjpeg', '.pjp'],
  'image/apng': ['.png', '.apng'],
  'image/avif': ['.avif', '.avifs'],
  'image/heic': ['.heic', '.heics', '.heif', '.hif'],
  'image/heif': ['.heif', '.heifs', '.heic', '.hif'],
  'image/tiff': ['.tiff', '.tif'],
  'audio/mpeg': ['.mp3', '.mpga', '.mp2', '.mp2a', '.m2a', '.m3a'],
  'audio/mp4': ['.m4a', '.m4b', '.m4r', '.mp4a', '.mp4'],
  'audio/ogg': ['.ogg', '.oga', '.opus', '.spx'],
  'audio/wav': ['.wav', '.wave'],
  'audio/flac': ['.flac'],
  'audio/aac': ['.aac', '.adts'],
  'audio/aiff': ['.aiff', '.aif', '.aifc'],
  'audio/webm': ['.weba', '.webm'],
  'video/mp4': ['.mp4', '.m4v', '.mp4v', '.mpg4', '.mov', '.m4a', '.m4b'],
  'video/quicktime': ['.mov', '.qt', '.mp4', '.m4v'],
  'video/mpeg': ['.mpg', '.mpeg', '.mpe', '.m1v', '.m2v', '.vob'],
  'video/ogg': ['.ogv', '.ogg'],
  'video/3gpp': ['.3gp', '.3gpp', '.mp4'],
  'application/ogg': ['.ogg', '.ogx'],
}

// A page of the application's origin that shows these inline may run what is in them. PDF is among them: it carries
// scripts and links, and what its viewer does with them is the viewer's choice.
const ACTIVE = new Set([
  'text/html',
  'text/javascript',
  'text/xsl',
  'application/xml',
  'application/pdf',
  'application/x-shockwave-flash',
  'message/rfc822',
  'multipart/related',
  'multipart/x-mixed-replace',
])

/**
 * The one spelling of a content type that Rindle stores and compares: lower-case, without parameters, aliases resolved
 * (`image/jpg` is `image/jpeg`, `audio/x-m4a` is `audio/mp4`). What is no content type is
 * {@link UNKNOWN_CONTENT_TYPE}.
 */
export function canonicalContentType(contentType: string): string {
  // What the registry knows needs no reading: pages ask for thousands, and of the same few.
  if (Object.hasOwn(mime.extensions, contentType)) return ALIASES[contentType] ?? contentType
  const essence = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(essence)) return UNKNOWN_CONTENT_TYPE
  return ALIASES[essence] ?? essence
}

/** The kind of asset that a content type is. A container may hold less than its name says: the probe decides. */
export function kindOf(contentType: string): AssetKind {
  const [family] = canonicalContentType(contentType).split('/', 1)
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'other'
}

/** Every extension under which files of a content type are found, with dots; the usual one first. Empty: unknown. */
export function extensionsOf(contentType: string): readonly string[] {
  const type = canonicalContentType(contentType)
  return EXTENSIONS[type] ?? (mime.extensions[type] ?? []).map((extension) => `.${extension}`)
}

/** The extension for new files of a content type, with its dot, fit for a storage key; `.bin` when it has none. */
export function extensionFor(contentType: string): string {
  return extensionsOf(contentType).find((extension) => /^\.[a-z0-9]+$/.test(extension)) ?? '.bin'
}

/**
 * Whether a browser that shows this type may run script in it (HTML, SVG and all XML, JavaScript, PDF): it is rejected
 * unless allowed by name, and never served inline from the application's origin without a sandbox.
 */
export function isActiveContent(contentType: string): boolean {
  const type = canonicalContentType(contentType)
  return ACTIVE.has(type) || type.endsWith('+xml')
}
