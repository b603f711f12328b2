import { expect, it } from 'vitest'
import { type MadeDocument, type MadePage, pdfOf } from './pdf-file.ts'
import { LIMITS, processorWith, sourceFile } from './workbench.ts'

async function probe(pages: readonly MadePage[], options?: MadeDocument) {
  return processorWith().probe(await sourceFile(pdfOf(pages, options)), { limits: LIMITS })
}

it('a probe counts the pages, and measures the first one as it is displayed', async () => {
  expect(await probe([{ box: [0, 0, 595, 842], entries: '/Rotate 90' }, {}])).toEqual({
    kind: 'other',
    metadata: { format: 'pdf', pages: 2, pageWidth: 842, pageHeight: 595 },
  })
})

it.each([
  ['(A plain title)', 'A plain title'],
  ['<FEFF0047007200FC00DF0065002065E5672C>', 'Grüße 日本'],
])('a probe reads the title %s', async (title, expected) => {
  expect(await probe([{}], { title })).toMatchObject({ metadata: { title: expected } })
})

it('a title beyond all measure is cut', async () => {
  const { metadata } = await probe([{}], { title: `(${'x'.repeat(1_000_000)})` })
  expect(metadata?.['title']).toHaveLength(2048)
})
