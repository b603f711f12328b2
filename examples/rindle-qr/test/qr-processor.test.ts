import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { qrProcessor } from '@acme/rindle-qr'
import { qr } from '@acme/rindle-qr/recipes'
import { defineProfile, type Recipe } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import { collectOutcomes, errorOf, outputOf, processRequest } from '@rindle/testing'
import { decodeQR } from 'qr/decode.js'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'

async function outcomeOf(text: string, recipe: Recipe): Promise<VariantOutcome | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-qr-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'source')
  await writeFile(path, text)
  const source = { path, contentType: 'text/vcard', byteSize: Buffer.byteLength(text) }
  const processor = qrProcessor()
  const request = processRequest(processor.recipes, source, { code: recipe }, directory)
  return (await collectOutcomes(processor, request)).get('code')
}

it('a reader of codes reads the text, in the size and the colour that were asked for', async () => {
  const text = 'BEGIN:VCARD\r\nFN:René 世界\r\nEND:VCARD\r\n'
  const { path } = outputOf(await outcomeOf(text, qr({ size: 300, correction: 'quartile', colour: '#204060' })))
  const { data, info } = await sharp(await readFile(path))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 300, height: 300 })
  expect(decodeQR({ width: info.width, height: info.height, data })).toBe(text)
  const colours = new Set(Array.from({ length: 300 }, (_, x) => data.readUIntBE((150 * 300 + x) * 4, 3).toString(16)))
  expect([...colours]).toEqual(expect.arrayContaining(['204060', 'ffffff']))
})

it.each([
  ['longer than every code', 'x'.repeat(2954), qr({ correction: 'low' })],
  ['longer than a code of that correction', 'x'.repeat(1274), qr({ correction: 'high' })],
])('a text that is %s is refused', async (_what, text, recipe) => {
  expect(errorOf(await outcomeOf(text, recipe))).toMatchObject({ code: 'limit_exceeded', retryable: false })
})

it('the longest text has a code', async () => {
  expect(outputOf(await outcomeOf('x'.repeat(2953), qr({ correction: 'low' })))).toMatchObject({ width: 256 })
})

it('wrong options are refused when the profile is made, with their paths', () => {
  const accept = { types: ['text/vcard' as const], maxBytes: 1000 }
  const wrong = qr({ size: 8, colour: '#red' })
  expect(() => defineProfile({ storage: 'main', accept, variants: { code: wrong } })).toThrow(
    /variants\.code\.size: .*\n?.*variants\.code\.colour: must be a colour/s,
  )
})
