/**
 * Containers with several names: a file of one may carry any name and extension of its family, as cameras swap .mp4 and
 * .mov. The first bytes often do not tell whether it holds pictures or only sound.
 */
export const FAMILIES: readonly (readonly string[])[] = [
  ['video/mp4', 'audio/mp4', 'video/quicktime', 'video/3gpp', 'audio/3gpp', 'video/3gpp2', 'audio/3gpp2'],
  ['video/x-matroska', 'audio/x-matroska', 'video/webm', 'audio/webm'],
  ['video/x-ms-asf', 'audio/x-ms-asf'],
  ['application/ogg', 'audio/ogg', 'video/ogg'],
  ['audio/ac3', 'audio/eac3'],
  ['image/png', 'image/apng'],
  ['image/svg+xml', 'image/svg+xml-compressed'],
  ['image/heic', 'image/heif'],
  ['image/jp2', 'image/jpx', 'image/jpm'],
]

/** A tag before bytes that were out of reach; see its reading below. */
export const TAGGED_SOUND = 'audio/x-id3'

const RAW_PHOTOS = [
  'image/x-adobe-dng',
  'image/x-canon-cr2',
  'image/x-epson-erf',
  'image/x-hasselblad-3fr',
  'image/x-kodak-dcr',
  'image/x-nikon-nef',
  'image/x-nikon-nrw',
  'image/x-pentax-pef',
  'image/x-samsung-srw',
  'image/x-sony-arw',
] as const

/**
 * The possible types behind a beginning, the likeliest first; the file's name decides. Raw photos are TIFFs until their
 * maker's tags are found, which may lie at the end of the file; and other makers write two makers' tags, too.
 */
export const READINGS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'image/tiff': ['image/tiff', ...RAW_PHOTOS],
  'image/x-nikon-nef': ['image/x-nikon-nef', 'image/tiff', ...RAW_PHOTOS],
  'image/x-sony-arw': ['image/x-sony-arw', 'image/tiff', ...RAW_PHOTOS],
  'application/x-cfb': [
    'application/x-cfb',
    'application/msword',
    'application/vnd.ms-excel',
    'application/vnd.ms-powerpoint',
    'application/vnd.ms-outlook',
    'application/vnd.ms-project',
    'application/vnd.visio',
    'application/x-mspublisher',
  ],
  [TAGGED_SOUND]: ['audio/mpeg', 'audio/aac', 'audio/flac'],
}

/**
 * Types that every reader of another type reads: a profile that accepts PNGs has no reason to refuse an animated one.
 */
export const FORMS: Readonly<Record<string, string>> = {
  'image/apng': 'image/png',
  'image/heic': 'image/heif',
  'image/svg+xml-compressed': 'image/svg+xml',
  'audio/eac3': 'audio/ac3',
  'audio/ogg': 'application/ogg',
  'video/ogg': 'application/ogg',
}

/**
 * Types that only one word of a header tells apart. Writers get it wrong: FFmpeg calls a WebM film Matroska if you ask for
 * it, and some recorders do the opposite. The profile's list and the file's name decide between them.
 */
export const RELABELLED: Readonly<Record<string, string>> = {
  'video/webm': 'video/x-matroska',
  'audio/webm': 'audio/x-matroska',
  'video/x-matroska': 'video/webm',
  'audio/x-matroska': 'audio/webm',
}

/** Types that `video/*` includes although their names do not begin with it. */
export const FILMS_OF_OTHER_NAMES: readonly string[] = ['application/mxf']

/**
 * Names that fit many types and identify none: a .docx is a ZIP, an SVG is XML. Such a declaration contradicts no bytes
 * of its kind.
 */
export const GENERIC_NAMES: Readonly<Record<string, RegExp>> = {
  'application/gzip': /^image\/svg\+xml(?:-compressed)?$/,
  'application/zip':
    /\+zip$|^application\/(?:vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|ms-[a-z]+\.[a-z]+\.macroenabled|apple|visio|android\.package-archive)|java-archive|x-xpinstall)|^model\/3mf$/,
  'application/xml': /\+xml$|^application\/x-plist$|^text\/x-opml$/,
  'text/plain': /^text\/|\/xml$|\+xml$|^application\/rtf$/,
}

/**
 * Types that systems declare by the extension alone, where an extension has several owners: a camera's film named .ts
 * is declared as a translation. Such a type says no more than the extension.
 */
export const MISTAKEN: Readonly<Record<string, readonly string[]>> = {
  '.ts': ['text/vnd.trolltech.linguist', 'application/typescript', 'text/typescript', 'text/x-typescript'],
  '.mts': ['model/vnd.mts', 'application/typescript', 'text/typescript', 'text/x-typescript'],
  '.mod': ['audio/x-mod', 'audio/mod'],
  '.mp2': ['video/mpeg'],
  '.mpa': ['video/mpeg'],
  '.mpp': ['application/vnd.ms-project'],
  '.m4a': ['audio/mpeg', 'audio/aac'],
  '.hif': ['image/avif'],
}

/** Types that clients declare when they know nothing. */
export const SAYING_NOTHING: readonly string[] = [
  'application/binary',
  'application/download',
  'application/force-download',
  'application/octetstream',
  'application/save',
  'application/unknown',
  'application/x-binary',
  'application/x-download',
  'application/x-force-download',
  'application/x-octet-stream',
  'application/x-unknown',
  'application/x-unknown-content-type',
  'binary/octet-stream',
  'content/unknown',
  'unknown/unknown',
  'www/unknown',
]
