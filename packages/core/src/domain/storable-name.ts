/** The longest name that a row stores, in characters. */
export const MAX_NAME_LENGTH = 255

/**
 * Whether a row can store this name unchanged: a string of 1 to 255 characters. PostgreSQL stores no NUL, and would
 * store a lone surrogate as another character.
 */
export function isStorableName(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH) return false
  return !value.includes('\0') && value.isWellFormed()
}
