import { readFile } from 'node:fs/promises'
import type { Recipe } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { pdf } from '../src/recipes/index.ts'
import { ABSENT_FONT, line, type MadeDocument, type MadePage, pdfOf } from './pdf-file.ts'
import { make, sourceFile } from './workbench.ts'

const PAGES: readonly MadePage[] = [{ content: line('First') }, { content: line('Second') }, { content: line('Third') }]

async function textOf(recipe: Recipe, pages = PAGES, options?: MadeDocument) {
  const output = await make(await sourceFile(pdfOf(pages, options)), recipe)
  const { contentType, byteSize, metadata } = output
  const bytes = await readFile(output.path)
  expect({ contentType, byteSize }).toEqual({ contentType: 'text/plain', byteSize: bytes.byteLength })
  return { text: bytes.toString('utf8'), metadata }
}

describe('the text of a document', () => {
  it('has a form feed between its pages', async () => {
    expect(await textOf(pdf.text())).toEqual({
      text: 'First\fSecond\fThird',
      metadata: { characters: 18, pages: 3, isCut: false },
    })
  })

  it('ends after the pages of its recipe, and says that there is more', async () => {
    expect(await textOf(pdf.text({ pages: 2 }))).toEqual({
      text: 'First\fSecond',
      metadata: { characters: 12, pages: 2, isCut: true },
    })
  })

  it.each([
    [5, 'First', 1, true],
    [6, 'First\f', 2, true],
    [8, 'First\fSe', 2, true],
    [18, 'First\fSecond\fThird', 3, false],
  ])('ends after %i characters', async (maxCharacters, text, pages, isCut) => {
    expect(await textOf(pdf.text({ maxCharacters }))).toEqual({
      text,
      metadata: { characters: maxCharacters, pages, isCut },
    })
  })

  it('has the lines of the page, ended as everywhere else', async () => {
    const { text } = await textOf(pdf.text(), [{ content: line('Above', 20, 10, 70) + line('below', 20, 10, 20) }])
    expect(text).toBe('Above\nbelow')
  })

  it('goes on with a page only where the one before it has ended', async () => {
    const lines = [80, 60, 40, 20].map((y) => line('word', 10, 10, y)).join(' ')
    const { text } = await textOf(pdf.text({ maxCharacters: 12 }), [{ content: lines }, { content: line('next') }])
    expect(text).toBe('word\nword\nwo')
  })

  it('has the text of fonts that cannot be drawn', async () => {
    const japanese = 'BT /F1 40 Tf 20 40 Td <65E5672C8A9E> Tj ET'
    expect(await textOf(pdf.text(), [{ content: japanese }], { font: ABSENT_FONT })).toMatchObject({ text: '日本語' })
  })

  it('is empty for a document without text', async () => {
    expect(await textOf(pdf.text(), [{}])).toEqual({ text: '', metadata: { characters: 0, pages: 1, isCut: false } })
  })
})
