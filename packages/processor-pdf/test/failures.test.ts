import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorOf, outputOf } from '@rindle/testing'
import { describe, expect, it } from 'vitest'
import { pdfProcessor } from '../src/index.ts'
import { pdf } from '../src/recipes/index.ts'
import { line, pdfOf, slowPage } from './pdf-file.ts'
import { failureOf, LIMITS, outcomesOf, processorWith, request, sourceFile } from './workbench.ts'

const PLAIN = pdfOf([{ content: line('Plain') }])
const SMALL = pdf.page({ width: 50 })

describe('a document', () => {
  it.each([
    ['cut off', PLAIN.subarray(0, 300)],
    ['of other bytes', Buffer.from('%PDF-1.7\nnothing of a document')],
    ['without a page', pdfOf([])],
    ['of no bytes', Buffer.alloc(0)],
  ])('%s is corrupt_media, to a probe and to every variant', async (_, bytes) => {
    const source = await sourceFile(bytes)
    const verdict = { code: 'corrupt_media', retryable: false }
    await expect(processorWith().probe(source, { limits: LIMITS })).rejects.toMatchObject(verdict)
    const outcomes = await outcomesOf(source, { page: SMALL, text: pdf.text() })
    expect([...outcomes.values()].map(errorOf)).toMatchObject([verdict, verdict])
  })

  it('has no variant of a page that it has not, and the others are made', async () => {
    const outcomes = await outcomesOf(await sourceFile(PLAIN), {
      ninth: pdf.page({ page: 9, width: 50 }),
      first: SMALL,
    })
    expect(errorOf(outcomes.get('ninth'))).toMatchObject({
      code: 'limit_exceeded',
      retryable: false,
      message: 'The PDF has 1 page, so there is no page 9.',
    })
    outputOf(outcomes.get('first'))
  })
})

describe('the size of an image', () => {
  it.each([
    ['a sliver', [0, 0, 1, 100_000], { width: 1000 }],
    ['a giant page', [0, 0, 14_400, 14_400], { width: 16_383 }],
    ['a page of a size that overflows', [0, 0, 500_000_000, 500_000_000], { width: 16_000 }],
  ])('of %s is judged before it is drawn', async (_, box, options) => {
    const failure = await failureOf(await sourceFile(pdfOf([{ box }])), pdf.page(options))
    expect(failure).toMatchObject({ code: 'limit_exceeded', retryable: false })
    expect(failure.message).toMatch(/pixels at this size/)
  })

  it('is bounded by the profile', async () => {
    const source = await sourceFile(PLAIN)
    expect(await failureOf(source, pdf.page({ width: 200 }), { limits: { maxPixels: 19_999 } })).toMatchObject({
      code: 'limit_exceeded',
    })
    const outcomes = await outcomesOf(source, { fits: pdf.page({ width: 200 }) }, { limits: { maxPixels: 20_000 } })
    outputOf(outcomes.get('fits'))
  })

  it('of a sliver fits a box with a height', async () => {
    const source = await sourceFile(pdfOf([{ box: [0, 0, 1, 100_000] }]))
    const outcomes = await outcomesOf(source, { fits: pdf.page({ width: 1000, height: 1000 }) })
    expect(outputOf(outcomes.get('fits'))).toMatchObject({ width: 1, height: 1000 })
  })
})

describe('a page that is drawn for ever', { timeout: 60_000 }, () => {
  it('is processing_timeout, and the variants after it are made', async () => {
    const source = await sourceFile(pdfOf([slowPage(), { content: line('Second') }]))
    const recipes = { slow: pdf.page({ width: 2000 }), second: pdf.page({ page: 2, width: 50 }) }
    const outcomes = await outcomesOf(source, recipes, {}, processorWith({ timeoutSeconds: 3 }))
    expect(errorOf(outcomes.get('slow'))).toMatchObject({ code: 'processing_timeout', retryable: true })
    outputOf(outcomes.get('second'))
  })
})

describe('memory', () => {
  it('beyond the limit ends the process of that document, and says which option to raise', async () => {
    const source = await sourceFile(PLAIN)
    const processor = processorWith({ maxMemoryBytes: 256 * 1024 ** 2 })
    const outcomes = await outcomesOf(
      source,
      { huge: pdf.page({ width: 14_000, format: 'png' }), small: SMALL },
      {},
      processor,
    )
    const failure = errorOf(outcomes.get('huge'))
    expect(failure).toMatchObject({ code: 'processing_failed', retryable: true })
    expect(failure.message).toMatch(/`maxMemoryBytes` of pdfProcessor|memory/)
    outputOf(outcomes.get('small'))
  })
})

describe('work that waits for a slot', () => {
  it('ends at once when it is aborted', async () => {
    const processor = processorWith({ concurrency: 1 })
    const first = new AbortController()
    const second = new AbortController()
    const slow = await sourceFile(pdfOf([slowPage()]))
    const running = processor.process(
      await request(slow, { slow: pdf.page({ width: 2000 }) }, { signal: first.signal, onOutcome: async () => {} }),
    )
    const waiting = processor.process(await request(slow, { small: SMALL }, { signal: second.signal }))
    const reason = new Error('Nobody waits for it.')
    second.abort(reason)
    await expect(waiting).rejects.toMatchObject({ code: 'variant_processing_cancelled', cause: reason })
    expect(await Promise.race([running.catch(() => 'ended'), delay(0, 'running')])).toBe('running')
    first.abort(reason)
    await expect(running).rejects.toMatchObject({ cause: reason })
  })
})

it('errors of the disk blame no file, and name no path', async () => {
  const source = await sourceFile(PLAIN)
  const directory = join(source.path, 'no', 'directory')
  const failure = await failureOf(source, SMALL, { directory })
  expect(failure).toMatchObject({ code: 'processing_failed' })
  expect(failure.message).not.toContain(source.path)
})

it('wrong options are refused at once, all of them', () => {
  expect(() => pdfProcessor({ concurrency: 0, maxMemoryBytes: 1, timeoutSeconds: 0 })).toThrow(
    /concurrency.*maxMemoryBytes.*timeoutSeconds/s,
  )
})
