/** How FFmpeg opens one content type. */
export interface SourceType {
  /** The only demuxers that may open it, in FFmpeg's names; playlists in particular stay closed. */
  readonly demuxers: readonly [string, ...string[]]
  /** Whether a header may lack or guess the duration, so that the packets must be read. */
  readonly isDurationGuessed?: boolean
  /** Whether a header gives the duration of the whole file, but not of each track. */
  readonly areEndsGuessed?: boolean
}

const MOV: SourceType = { demuxers: ['mov'] }
const MATROSKA: SourceType = { demuxers: ['matroska'] }
const OGG: SourceType = { demuxers: ['ogg'] }
const ASF: SourceType = { demuxers: ['asf'], areEndsGuessed: true }

/** Every content type that FFmpeg may open, in the spelling of `canonicalContentType`. */
export const SOURCE_TYPES: Readonly<Record<string, SourceType>> = {
  'video/mp4': MOV,
  'video/quicktime': MOV,
  'video/3gpp': MOV,
  'video/3gpp2': MOV,
  'audio/mp4': MOV,
  'audio/3gpp': MOV,
  'audio/3gpp2': MOV,
  'video/webm': MATROSKA,
  'audio/webm': MATROSKA,
  'video/x-matroska': MATROSKA,
  'audio/x-matroska': MATROSKA,
  'video/x-msvideo': { demuxers: ['avi'], areEndsGuessed: true },
  'video/x-flv': { demuxers: ['flv'] },
  'video/mpeg': { demuxers: ['mpeg', 'mpegvideo'], isDurationGuessed: true },
  'video/mp2t': { demuxers: ['mpegts'], isDurationGuessed: true },
  'video/x-ms-asf': ASF,
  'audio/x-ms-asf': ASF,
  'application/mxf': { demuxers: ['mxf'] },
  'video/ogg': OGG,
  'audio/ogg': OGG,
  'application/ogg': OGG,
  'audio/mpeg': { demuxers: ['mp3'], isDurationGuessed: true },
  'audio/aac': { demuxers: ['aac'], isDurationGuessed: true },
  'audio/wav': { demuxers: ['wav'] },
  'audio/x-w64': { demuxers: ['w64'] },
  'audio/basic': { demuxers: ['au'] },
  'audio/flac': { demuxers: ['flac'] },
  'audio/aiff': { demuxers: ['aiff'] },
  'audio/x-caf': { demuxers: ['caf'] },
  'audio/amr': { demuxers: ['amr'], isDurationGuessed: true },
  'audio/ape': { demuxers: ['ape'] },
  'audio/wavpack': { demuxers: ['wv'] },
  'audio/x-dsf': { demuxers: ['dsf'] },
  'audio/x-musepack': { demuxers: ['mpc', 'mpc8'] },
  'audio/ac3': { demuxers: ['ac3', 'eac3'], isDurationGuessed: true },
  'audio/eac3': { demuxers: ['eac3', 'ac3'], isDurationGuessed: true },
}
