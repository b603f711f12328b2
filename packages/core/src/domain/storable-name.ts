/** Longest name that a row keeps, in characters. */
export const MAX_NAME_LENGTH = 255

/**
 * Whether a row can keep this name as it is: a text of 1 to 255 characters. PostgreSQL keeps no NUL, and a lone surrogate
 * would be stored as another character.
 */
export function isStorableName(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH) return false
  return !value.includes('\0') && value.isWellFormed()
}
