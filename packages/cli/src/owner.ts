import { type Owner, RindleError } from '@rindle/core'

/** Parses an owner in the form `type:id`; `undefined` for any other text. Pure. */
export function parseOwner(text: string): Owner | undefined {
  const [, type, id] = /^([^:]+):(.+)$/.exec(text) ?? []
  return type === undefined || id === undefined ? undefined : { type, id }
}

/** The owner of `--owner`. Pure. `invalid_input`. */
export function ownerOf(text: string): Owner {
  const owner = parseOwner(text)
  if (owner !== undefined) return owner
  throw new RindleError('invalid_input', `--owner must be type:id, as in user:42; not "${text}".`)
}
