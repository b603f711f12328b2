import { type Owner, RindleError } from '@rindle/core'

/** The owner that is written as `type:id`; `undefined` when it is written otherwise. Pure. */
export function parseOwner(text: string): Owner | undefined {
  const [, type, id] = /^([^:]+):(.+)$/.exec(text) ?? []
  return type === undefined || id === undefined ? undefined : { type, id }
}

/** The owner that `--owner` names. Pure. `invalid_input`. */
export function ownerOf(text: string): Owner {
  const owner = parseOwner(text)
  if (owner !== undefined) return owner
  throw new RindleError('invalid_input', `--owner is written as type:id, as in user:42; not "${text}".`)
}
