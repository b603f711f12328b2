import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type PageOptions, pdf, pdfPageKind, type TextOptions } from '../src/recipes/index.ts'

describe('a recipe', () => {
  it('has every default in its form', () => {
    expect(pdf.page({ width: 800 })).toMatchObject({
      kind: 'pdf.page',
      makes: 'image',
      form: {
        kind: 'pdf.page',
        page: 1,
        width: 800,
        height: null,
        format: 'webp',
        quality: 80,
        background: '#ffffffff',
      },
      facts: { contentType: 'image/webp', sources: ['application/pdf'], queue: 'process' },
      problems: [],
    })
    expect(pdf.text()).toMatchObject({
      makes: 'data',
      form: { kind: 'pdf.text', pages: 100, maxCharacters: 100_000 },
      facts: { contentType: 'text/plain' },
      problems: [],
    })
  })

  it('has the same digest for the same image, however it was written', () => {
    const { digest } = pdf.page({ width: 800 })
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(pdf.page({ width: 800, page: 1, quality: 80, background: '#FFF' }).digest).toBe(digest)
    expect(pdf.page({ width: 800, page: 2 }).digest).not.toBe(digest)
  })

  it('is read back from its stored form', () => {
    const recipe = pdf.page({ width: 800, format: 'jpeg', background: '#123' })
    expect(pdfPageKind.read(recipe.form)).toMatchObject({ recipe: { digest: recipe.digest } })
  })

  it.each<[PageOptions, string]>([
    [{ width: 0 }, 'width'],
    [{ width: 16_384 }, 'width'],
    [{ width: 10, height: 0 }, 'height'],
    [{ width: 10, page: 0 }, 'page'],
    [{ width: 10, quality: 101 }, 'quality'],
    [{ width: 10, background: 'white' }, 'background'],
    [{ width: 10, format: 'jpeg', background: '#0000' }, 'background'],
    [{ width: 10, pages: 2 } as unknown as PageOptions, 'pages'],
  ])('names the wrong option of a page: %o', (options, path) => {
    expect(pdf.page(options).problems).toMatchObject([{ path }])
  })

  it.each<[TextOptions, string]>([
    [{ pages: 0 }, 'pages'],
    [{ maxCharacters: 10_000_001 }, 'maxCharacters'],
  ])('names the wrong option of a text: %o', (options, path) => {
    expect(pdf.text(options).problems).toMatchObject([{ path }])
  })

  it('cannot be made from a document that has too few pages, as far as its probe tells', () => {
    const { facts } = pdf.page({ page: 3, width: 10 })
    const source = (metadata: { readonly pages?: number }) => ({
      kind: 'other' as const,
      contentType: 'application/pdf',
      width: null,
      height: null,
      durationMs: null,
      hasVideoTrack: null,
      hasAudioTrack: null,
      metadata,
      focus: null,
    })
    expect([{ pages: 2 }, { pages: 3 }, {}].map((metadata) => facts.canBeMadeFrom?.(source(metadata)))).toEqual([
      false,
      true,
      true,
    ])
  })
})

it('the entry for recipes loads neither PDFium nor sharp, so that a web process needs none', () => {
  const program = `
    import { registerHooks } from 'node:module'
    const urls = new Set()
    registerHooks({ load: (url, context, next) => (urls.add(url), next(url, context)) })
    await import('@rindle/processor-pdf/recipes')
    console.log(JSON.stringify([...urls]))`
  const output = execFileSync(
    process.execPath,
    ['--conditions=dev-source', '--no-warnings', '--input-type=module', '-e', program],
    { encoding: 'utf8', cwd: new URL('..', import.meta.url) },
  )
  expect(output).toContain('/zod/')
  expect(output).not.toMatch(/pdfium|sharp|\.wasm/)
})
