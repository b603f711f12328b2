import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { open, quadrants } from './pictures.ts'
import { outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
const EXIF = {
  IFD0: { Artist: 'Somebody Real', Copyright: 'Their Studio' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
}

it.each(['jpeg', 'png', 'webp'] as const)('nothing of who and where is left of a %s', async (format) => {
  const picture = open(quadrants(80, 60)).withExif(EXIF).withXmp(XMP)
  const source = await sourceFile(`image/${format}`, picture.toFormat(format))
  const given = await sharp(source.path).metadata()
  expect(given.exif?.includes('Somebody Real')).toBe(true)
  expect(given.xmp).toBeDefined()

  const outcomes = await outcomesOf(PROCESSOR, source, {
    jpeg: image.fit(40, null, { format: 'jpeg' }),
    png: image.fit(40, null, { format: 'png' }),
    webp: image.fit(40, null, { format: 'webp', animated: true }),
    avif: image.fit(40, null, { format: 'avif' }),
    kept: image.fit(40, null, { format: 'jpeg', keepIcc: true }),
    entropy: image.crop(40, 40, { position: 'entropy' }),
  })
  expect(outcomes.size).toBe(6)
  for (const outcome of outcomes.values()) {
    if ('error' in outcome) throw outcome.error
    const { exif, xmp, iptc, comments } = await sharp(outcome.output.path).metadata()
    expect({ exif, xmp, iptc, comments }).toEqual({})
    const bytes = await readFile(outcome.output.path)
    expect(['Somebody', 'Studio', 'Exif', 'xmpmeta', 'GPS'].filter((trace) => bytes.includes(trace))).toEqual([])
  }
})
