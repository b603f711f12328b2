import type { Sharp } from 'sharp'
import type { VariantFiles } from '../application-files.ts'
import type { PlannedVariant } from '../decode-plan.ts'
import type { Size } from '../geometry.ts'
import type { DecodeInput } from './orders.ts'

/** How to draw a variant. */
export interface Drawing {
  readonly variant: PlannedVariant
  readonly files: VariantFiles
  readonly input: DecodeInput
}

/** A variant before its encoder. */
export interface Drawn {
  readonly pipeline: Sharp
  /** The size that it gets; `null`: as planned. */
  readonly size: Size | null
}
