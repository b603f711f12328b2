import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { MAX_PAGE_NUMBER } from './page-kind.ts'

/** Options of the text of a document. */
export interface TextOptions {
  /**
   * The number of pages to read, from the first, 1 to 100,000. Enough for a search to know what a document is about,
   * and read in a moment.
   * @default 100
   */
  readonly pages?: number | undefined
  /** The text ends after this many characters (UTF-16 units), 1 to 10,000,000. @default 100000 */
  readonly maxCharacters?: number | undefined
}

/** {@link TextOptions} with every default filled in. */
export type NormalText = { readonly pages: number; readonly maxCharacters: number }

const schema = z.strictObject({
  pages: z.int().min(1).max(MAX_PAGE_NUMBER).default(100),
  maxCharacters: z.int().min(1).max(10_000_000).default(100_000),
}) as unknown as OptionsSchema<TextOptions | void, NormalText>

/** The text of a PDF's first pages, as UTF-8, with a form feed between pages. A scan without recognised text has none. */
export const pdfTextKind: RecipeKind<'pdf.text', TextOptions | void, NormalText, 'data'> = recipeKind({
  name: 'pdf.text',
  output: 'data',
  madeBy: '@rindle/processor-pdf',
  options: schema,
  facts: () => ({ contentType: 'text/plain', sources: ['application/pdf'], workClass: 'pdf', cost: 0.5 }),
})
