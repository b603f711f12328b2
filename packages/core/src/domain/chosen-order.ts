import { RindleError } from './errors.ts'

/** The place of a file among those that a person chose together. */
export interface ChosenOrder {
  /** The same for all of these files, and for no others: 1 to 64 letters, digits, `_` and `-`. */
  readonly batch: string
  /** From 0. */
  readonly index: number
}

const BATCH = /^[A-Za-z0-9_-]{1,64}$/
const MAX_INDEX = 2_147_483_647

/** Whether a batch and an index have the form of a {@link ChosenOrder}. Pure. */
function isChosenOrder({ batch, index }: ChosenOrder): boolean {
  return BATCH.test(batch) && Number.isInteger(index) && index >= 0 && index <= MAX_INDEX
}

/** Refuses an order of another form: `invalid_input`. */
export function assertChosenOrder(order: ChosenOrder | undefined): void {
  if (order === undefined || isChosenOrder(order)) return
  throw new RindleError(
    'invalid_input',
    'order must be { batch, index }: 1 to 64 letters, digits, "_" or "-", and a whole number from 0.',
  )
}
