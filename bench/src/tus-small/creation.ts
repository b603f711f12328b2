import type { LoadRequest } from '../load-by-all.ts'
import { TUS_PATH } from './setup.ts'

const FILE_BYTES = 10 * 1024

const METADATA = Object.entries({ profile: 'photo', filename: 'photo.webp', filetype: 'image/webp' })
  .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
  .join(',')

/** Creations that come with the whole of their file, each of another actor. */
export function creations(actors: readonly string[]): readonly LoadRequest[] {
  return actors.map((actor) => ({
    method: 'POST',
    path: TUS_PATH,
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(FILE_BYTES),
      'upload-metadata': METADATA,
      'content-type': 'application/offset+octet-stream',
      'x-actor': actor,
    },
    body: picture(),
  }))
}

/** As sniffing sees it, a WebP. */
function picture(): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES, 'Rindle')
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(FILE_BYTES - 8, 4)
  bytes.write('WEBPVP8 ', 8, 'latin1')
  return bytes
}
