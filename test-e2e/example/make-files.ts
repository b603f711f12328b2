import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { makeClip, makeRecording } from '../av/make-clip.ts'
import { scenery, twoHalves } from './scenery.ts'

/** How many photos there are: `photo-0.jpg` and so on. */
export const PHOTOS = 10

/** Writes the files that the tests choose in the browser into a directory. */
export async function makeFiles(directory: string): Promise<void> {
  await writeFile(join(directory, 'face.jpg'), await scenery(200, 800, 800))
  await writeFile(join(directory, 'two-faces.jpg'), await twoHalves(1200, 400))
  for (let n = 0; n < PHOTOS; n += 1) await writeFile(join(directory, `photo-${n}.jpg`), await scenery(n * 36))
  await writeFile(join(directory, 'notes.pdf'), '%PDF-1.7\n')
  await writeFile(join(directory, 'page.jpg'), '<!doctype html><script>alert(1)</script>')
  await writeFile(
    join(directory, 'drawing.jpg'),
    await sharp(await scenery(0, 200, 200))
      .png()
      .toBuffer(),
  )
  await writeFile(join(directory, 'captions.srt'), '1\n00:00:00,000 --> 00:00:30,000\nFlat first.\n')
  await makeClip(directory, { size: '1280x720', seconds: 12 })
  await makeRecording(directory, 8)
}
