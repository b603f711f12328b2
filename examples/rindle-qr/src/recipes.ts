import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'

/** How much of a code may be dirty or torn: about 7, 15, 25 or 30 percent. */
export type Correction = 'low' | 'medium' | 'quartile' | 'high'

/** Options of a QR code. */
export interface QrOptions {
  /** Width and height in pixels. @default 256 */
  readonly size?: number | undefined
  /** A higher one makes a denser code, and leaves room for less text. @default 'medium', the usual one */
  readonly correction?: Correction | undefined
  /** Colour of the dark squares, on white. Readers need a dark one. @default '#000000' */
  readonly colour?: `#${string}` | undefined
}

/** {@link QrOptions} with every default. */
export type NormalQr = { readonly size: number; readonly correction: Correction; readonly colour: string }

/**
 * A QR code of a contact or an event, as SVG: a telephone that reads it offers to keep that. Made from vCard and
 * iCalendar files.
 */
export const qr: RecipeKind<'acme/qr', QrOptions, NormalQr, 'image'> = recipeKind({
  name: 'acme/qr',
  output: 'image',
  madeBy: '@acme/rindle-qr',
  options: z.strictObject({
    size: z.int().min(32).max(4096).default(256),
    correction: z.enum(['low', 'medium', 'quartile', 'high']).default('medium'),
    colour: z
      .string()
      .regex(/^#[0-9a-f]{6}$/, 'must be a colour: #1a2b3c')
      .default('#000000'),
  }) as OptionsSchema<QrOptions, NormalQr>,
  facts: () => ({ contentType: 'image/svg+xml', sources: ['text/vcard', 'text/calendar'], cost: 0.05 }),
})
