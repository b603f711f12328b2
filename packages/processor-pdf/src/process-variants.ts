import { join } from 'node:path'
import { isRindleError, RindleError } from '@rindle/core'
import {
  extensionFor,
  type OptionsOf,
  type ProcessedOutput,
  type ProcessRequest,
  type VariantOutcome,
  type VariantRequest,
} from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { mapError } from './map-error.ts'
import type { PdfProcessorConfig } from './options.ts'
import { type ReaderProcess, ReaderVerdict } from './reader-process.ts'
import { PAGE_FORMAT_FACTS } from './recipes/formats.ts'
import type { pdfPageKind } from './recipes/page-kind.ts'
import type { pdfTextKind } from './recipes/text-kind.ts'
import { openDocument, withReader } from './with-reader.ts'

type PageRecipe = OptionsOf<typeof pdfPageKind>
type TextRecipe = OptionsOf<typeof pdfTextKind>

/** Work for the PDF processor. */
type PdfRequest = ProcessRequest<PageRecipe | TextRecipe>
type PdfVariant = VariantRequest<PageRecipe | TextRecipe>

/** Does the work of `Processor.process`: see the port for its promises. */
export async function processVariants(request: PdfRequest, config: PdfProcessorConfig): Promise<void> {
  let remaining = request.variants
  while (remaining.length > 0) {
    const variants = remaining
    remaining = await withReader(config, request.signal, (reader) => makeEach(variants, { reader, request, config }))
  }
}

interface Making {
  readonly reader: ReaderProcess
  readonly request: PdfRequest
  readonly config: PdfProcessorConfig
}

// Returns the variants that are left to another process, because this one has failed.
async function makeEach(variants: readonly PdfVariant[], making: Making): Promise<readonly PdfVariant[]> {
  const { reader, config, request } = making
  const deliver = async (outcome: VariantOutcome): Promise<void> => {
    throwIfCancelled(request.signal)
    await request.onOutcome(outcome)
  }
  const unread = await openDocument(reader, request.source, config, request.signal).then(() => null, asRindleError)
  if (unread !== null) {
    for (const { name } of variants) await deliver({ name, error: unread })
    return []
  }
  for (const [index, variant] of variants.entries()) {
    throwIfCancelled(request.signal)
    const { outcome, isBroken } = await makeOne(variant, making)
    await deliver(outcome)
    if (isBroken) return variants.slice(index + 1)
  }
  return []
}

function asRindleError(error: unknown): RindleError {
  return mapError(error, null)
}

async function makeOne(
  { name, recipe }: PdfVariant,
  making: Making,
): Promise<{ readonly outcome: VariantOutcome; readonly isBroken: boolean }> {
  try {
    const output =
      recipe.kind === 'pdf.page' ? await makePage(name, recipe, making) : await makeText(name, recipe, making)
    return { outcome: { name, output }, isBroken: false }
  } catch (error) {
    const isBroken = !(error instanceof ReaderVerdict || isRindleError(error))
    return { outcome: { name, error: mapError(error, name) }, isBroken }
  }
}

async function makePage(
  name: string,
  recipe: PageRecipe,
  { reader, request, config }: Making,
): Promise<ProcessedOutput> {
  const { contentType } = PAGE_FORMAT_FACTS[recipe.format]
  const path = join(request.directory, `${name}${extensionFor(contentType)}`)
  const order = { page: recipe, maxPixels: request.limits.maxPixels, path }
  const { format, width, height, byteSize, hasMissingGlyphs } = await reader.ask('render', order, config.timeoutMs)
  const isOfWidth = width === recipe.width || height === recipe.height
  if (format !== recipe.format || !isOfWidth) {
    const message = `Variant ${name} does not match its recipe: it is a ${format} of ${width} × ${height} pixels.`
    throw new RindleError('output_mismatch', message, { details: { variant: name, format, width, height } })
  }
  return { path, contentType, byteSize, width, height, metadata: { page: recipe.page, missingFonts: hasMissingGlyphs } }
}

async function makeText(
  name: string,
  recipe: TextRecipe,
  { reader, request, config }: Making,
): Promise<ProcessedOutput> {
  const path = join(request.directory, `${name}${extensionFor('text/plain')}`)
  const { byteSize, ...metadata } = await reader.ask('read_text', { text: recipe, path }, config.timeoutMs)
  return { path, contentType: 'text/plain', byteSize, metadata }
}
