import { validate } from 'uuid'
import { RindleError } from '../../domain/errors.ts'

/** An id that is no UUID belongs to no row: `not_found`, and the database need not be asked. */
export function assertId(what: string, id: string): void {
  if (!validate(id)) throw new RindleError('not_found', `There is no ${what} "${id}": that is not an id of Rindle.`)
}
