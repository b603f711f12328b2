import { readFile } from 'node:fs/promises'
import { defineProfile } from '@rindle/core'
import { pdfProcessor } from '@rindle/processor-pdf'
import { pdf } from '@rindle/processor-pdf/recipes'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { settled, startApplication } from '../support/application.ts'

const profiles = {
  report: defineProfile({
    storage: 'main',
    accept: { types: ['application/pdf'], maxBytes: 1_000_000 },
    variants: { cover: pdf.page({ width: 64 }), third: pdf.page({ page: 3, width: 64 }), text: pdf.text() },
  }),
}

// One page, all of it red. Readers find its objects without a table.
const REPORT = Buffer.from(`%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R >> endobj
4 0 obj << /Length 28 >> stream
1 0 0 rg 0 0 200 100 re f   
endstream endobj
5 0 obj << /Title (Report) >> endobj
trailer << /Root 1 0 R /Info 5 0 R >>
%%EOF
`)

test('a PDF is ready with the variants that its pages allow, and with what its probe read', async () => {
  await using application = await startApplication({ profiles, processors: [pdfProcessor()] })
  const { id } = await application.rindle.upload('report', REPORT, { filename: 'report.pdf' })
  await application.work()
  const asset = await settled(application.rindle, id)
  expect(asset).toMatchObject({
    state: 'ready',
    contentType: 'application/pdf',
    metadata: { pages: 1, title: 'Report', pageWidth: 200, pageHeight: 100 },
  })
  const states = Object.fromEntries(asset.variants.map(({ name, state }) => [name, state]))
  expect(states).toMatchObject({ cover: 'ready', text: 'ready' })
  expect(states['third']).not.toBe('ready')
  const cover = asset.variants.find(({ name }) => name === 'cover')
  expect(cover).toMatchObject({ contentType: 'image/webp', width: 64, height: 32, metadata: { missingFonts: false } })
  const shown = await readFile(application.storage.localPath(cover?.storageKey ?? '') ?? '')
  const { dominant } = await sharp(shown).stats()
  expect(dominant.r).toBeGreaterThan(220)
  expect(dominant.g).toBeLessThan(70)
})

test('a PDF that is cut off is quarantined', async () => {
  await using application = await startApplication({ profiles, processors: [pdfProcessor()] })
  const { id } = await application.rindle.upload('report', REPORT.subarray(0, 80), { filename: 'report.pdf' })
  await application.work()
  expect(await settled(application.rindle, id)).toMatchObject({ state: 'quarantined' })
})
