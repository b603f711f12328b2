import type { SourceFile } from '@rindle/core'
import type { Colour } from './colour/colour.ts'
import { type Bytes, readingFile } from './file-bytes.ts'
import { type ApngTiming, apngTiming } from './formats/apng.ts'
import { avifColour } from './formats/avif.ts'
import { endOfGif } from './formats/gif.ts'
import { oddJpeg } from './formats/jpeg.ts'
import { judgeTiff } from './formats/judge-tiff.ts'
import { pngColour } from './formats/png-colour.ts'
import { readTiffDirectory } from './formats/tiff.ts'
import { Refusal, unsupported } from './refusal.ts'

/** Properties of a file that sharp does not report, or ignores. */
export interface Inspection {
  /** The colour space of its samples, if it is named other than by an ICC profile and is not sRGB. */
  readonly colour: Colour | null
  /** How many channels of the decoded picture belong to it, if there are more. */
  readonly keptChannels: number | null
  /** `null` unless it is an animated PNG. */
  readonly timing: ApngTiming | null
}

const NOTHING: Inspection = { colour: null, keptChannels: null, timing: null }

/**
 * Looks into the header of a source before sharp does. Rejects with a `Refusal` for a file that sharp would take for
 * damaged, or of which it would silently make a wrong picture.
 */
export async function inspect({ path, contentType }: SourceFile): Promise<Inspection> {
  return readingFile(path, (bytes) => inspectBytes(bytes, contentType))
}

async function inspectBytes(bytes: Bytes, contentType: string): Promise<Inspection> {
  // For every type: if the system does not let the file be read, sharp only reports an unknown format.
  const head = await bytes.read(0, HEAD_BYTES)
  const inspector = INSPECTORS.get(contentType)
  if (inspector === undefined) return NOTHING
  // sharp names bytes of another type.
  if (!inspector.marks.some((mark) => head.toString('latin1', inspector.at, inspector.at + mark.length) === mark))
    return NOTHING
  return { ...NOTHING, ...(await inspector.inspect(bytes)) }
}

interface Inspector {
  /** The signatures of such files, at the byte `at`. */
  readonly marks: readonly string[]
  readonly at: number
  readonly inspect: (bytes: Bytes) => Promise<Partial<Inspection>>
}

const HEAD_BYTES = 16

const PNG: Inspector = {
  marks: ['\x89PNG'],
  at: 0,
  inspect: async (bytes) => ({ colour: await pngColour(bytes) }),
}
const HEIF: Inspector = { marks: ['ftyp'], at: 4, inspect: async (bytes) => ({ colour: await avifColour(bytes) }) }

const INSPECTORS: ReadonlyMap<string, Inspector> = new Map<string, Inspector>([
  ['image/png', PNG],
  [
    'image/apng',
    { ...PNG, inspect: async (bytes) => ({ colour: await pngColour(bytes), timing: await apngTiming(bytes) }) },
  ],
  ['image/avif', HEIF],
  ['image/heic', HEIF],
  ['image/heif', HEIF],
  ['image/jpeg', { marks: ['\xff\xd8'], at: 0, inspect: inspectJpeg }],
  ['image/tiff', { marks: ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'], at: 0, inspect: inspectTiff }],
  ['image/gif', { marks: ['GIF8'], at: 0, inspect: inspectGif }],
])

async function inspectJpeg(bytes: Bytes): Promise<Partial<Inspection>> {
  const odd = await oddJpeg(bytes)
  if (odd !== null) throw unsupported(odd)
  return {}
}

async function inspectTiff(bytes: Bytes): Promise<Partial<Inspection>> {
  const directory = await readTiffDirectory(bytes)
  if (directory === null) return {}
  const verdict = judgeTiff(directory)
  if ('refusal' in verdict) throw unsupported(verdict.refusal)
  return { keptChannels: verdict.keep }
}

async function inspectGif(bytes: Bytes): Promise<Partial<Inspection>> {
  if ((await endOfGif(bytes)) !== 'within_frame') return {}
  throw new Refusal('corrupt_media', 'The GIF is cut off: it ends within a frame. Upload it again.')
}
