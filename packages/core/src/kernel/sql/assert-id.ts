import { validate } from 'uuid'
import { RindleError } from '../../domain/errors.ts'

/** Throws `not_found` for an id that is no UUID, without a query: no row has it. */
export function assertId(what: string, id: string): void {
  if (!validate(id)) throw new RindleError('not_found', `There is no ${what} "${id}": it is not an id of Rindle.`)
}
