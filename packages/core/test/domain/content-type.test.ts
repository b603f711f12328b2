import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mime from 'mime-types'
import { expect, it } from 'vitest'
import { canonicalContentType, UNKNOWN_CONTENT_TYPE } from '../../src/domain/content-types.ts'
import { AUDIO_TYPES } from '../../src/domain/type-tables/audio-types.ts'
import { IMAGE_TYPES } from '../../src/domain/type-tables/image-types.ts'
import { OTHER_TYPES } from '../../src/domain/type-tables/other-types.ts'
import { VIDEO_TYPES } from '../../src/domain/type-tables/video-types.ts'

const SOURCE = join(import.meta.dirname, '../../src/domain/type-tables/content-type.ts')

/** The types that the union names one by one, read from its source: a type leaves nothing to look at. */
function namedTypes(): readonly string[] {
  const unions = readFileSync(SOURCE, 'utf8').matchAll(/^type (\w+)Name =([^/]*?)\n\n/gm)
  return [...unions].flatMap(([, family = '', union = '']) =>
    [...union.matchAll(/'([^']+)'/g)].flatMap(([, words = '']) =>
      words.split(' ').map((word) => `${family.toLowerCase()}/${word}`),
    ),
  )
}

it('the union of content types has every canonical type of the tables and of the registry, and no other', () => {
  const rows = [...IMAGE_TYPES, ...VIDEO_TYPES, ...AUDIO_TYPES, ...OTHER_TYPES].map(([type]) => type)
  const known = [...new Set([...rows, ...Object.keys(mime.extensions)])].filter(
    // Types of vendors and unregistered ones are open in the union.
    (type) => canonicalContentType(type) === type && type !== UNKNOWN_CONTENT_TYPE && !/\/(?:x-|vnd\.)/.test(type),
  )
  expect(known.length).toBeGreaterThan(300)
  expect(namedTypes().toSorted()).toEqual(known.toSorted())
})
