import { RindleError } from '../domain/errors.ts'

/**
 * The `id` of an actor, a number or a text that is not empty, where the application has not said how to find it. Pure.
 * `config_invalid` without one, which advises to pass `actorId` to the function `to`.
 */
export function actorIdOf(actor: unknown, to: string): string | number {
  const id = typeof actor === 'object' && actor !== null && 'id' in actor ? actor.id : undefined
  if ((typeof id === 'string' && id !== '') || (typeof id === 'number' && Number.isFinite(id))) return id
  throw new RindleError(
    'config_invalid',
    `The actor has no id that is a string or a number: pass \`actorId\` to ${to}.`,
  )
}
