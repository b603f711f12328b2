import { RindleError } from '../../domain/errors.ts'

/**
 * Readers of one column each. A row may come through pg, Prisma, Kysely, Drizzle or Knex, which disagree: a bigint
 * arrives as a string, a number or a BigInt, a time as a Date or a string, JSON parsed or as text.
 */
export type Row = Readonly<Record<string, unknown>>

/** A column that is never null, as a string. */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new TypeError(`The column ${column} holds no text.`)
}

/** A nullable text column. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : text(row, column)
}

/** A numeric column that is never null. */
export function number(row: Row, column: string): number {
  return Number(row[column])
}

/** A nullable numeric column. */
export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column]
  return value === null || value === undefined ? null : Number(value)
}

/** A boolean column that is never null. */
export function boolean(row: Row, column: string): boolean {
  return booleanOrNull(row, column) === true
}

/** A nullable boolean column. */
export function booleanOrNull(row: Row, column: string): boolean | null {
  const value = row[column]
  return value === null || value === undefined ? null : value === true || value === 't' || value === 'true'
}

/** A timestamp column that is never null. */
export function time(row: Row, column: string): Date {
  const value = row[column]
  if (value instanceof Date) return value
  if (typeof value === 'string' && /^\d{4,}-\d\d-\d\d/.test(value)) return new Date(value)
  // `pg` gives null for an unreadable time. Any other form could be read as another day.
  throw new RindleError(
    'config_invalid',
    `The time in column ${column} cannot be read. Set DateStyle to ISO on the connection of this transaction.`,
  )
}

/** A nullable timestamp column. */
export function timeOrNull(row: Row, column: string): Date | null {
  const value = row[column]
  return value === null || value === undefined ? null : time(row, column)
}

/** A JSON column; the caller names the type that Rindle itself wrote there. */
export function json<T>(row: Row, column: string): T {
  const value = row[column]
  return (typeof value === 'string' ? JSON.parse(value) : value) as T
}
