import { processorContract } from '@rindle/testing'
import { pdfProcessor } from '../src/index.ts'
import { pdf } from '../src/recipes/index.ts'
import { line, pdfOf, slowPage } from './pdf-file.ts'
import { sourceFile } from './workbench.ts'

const DOCUMENT = pdfOf([{ content: line('First') }, { content: line('Second') }])
const SLOW = pdfOf([slowPage()])

processorContract('pdfProcessor', async () => ({
  processor: pdfProcessor({ concurrency: 2 }),
  source: await sourceFile(DOCUMENT),
  facts: { kind: 'other' },
  recipes: {
    cover: pdf.page({ width: 200 }),
    second: pdf.page({ page: 2, width: 100, format: 'jpeg' }),
    small: pdf.page({ width: 40, format: 'png' }),
    text: pdf.text(),
  },
  slow: { source: await sourceFile(SLOW), recipe: pdf.page({ width: 2000 }) },
  damaged: await sourceFile(DOCUMENT.subarray(0, 200)),
}))
