import { isRindleError } from './errors.ts'

const LONGEST = 500
const URLS = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi

/**
 * What an error, or whatever else was thrown, says of itself: one line of at most 500 characters, never a stack, and
 * without what URLs may hold.
 */
export function errorText(error: unknown): string {
  return messageOf(error).replace(URLS, '[url]').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST)
}

/** A short name of what went wrong, for programs: a code of Rindle, `ECONNREFUSED`, a SQLSTATE; else `unexpected`. */
export function errorCode(error: unknown): string {
  if (isRindleError(error)) return error.code
  return textAt(error, 'code') ?? 'unexpected'
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const message = textAt(error, 'message')
  // What `fetch` throws says nothing itself.
  if (message === 'fetch failed' && error instanceof Error && error.cause instanceof Error) {
    return messageOf(error.cause)
  }
  // A refused connection to a name with two addresses has a code alone. Copies of errors, which some emit, have a message
  // without being any.
  return message ?? textAt(error, 'code') ?? (error instanceof Error ? error.name : 'something that is no error')
}

function textAt(error: unknown, name: 'message' | 'code'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value = (error as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
