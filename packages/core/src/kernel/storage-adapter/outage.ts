import { type ErrorCode, isRindleError, type RindleError } from '../../domain/errors.ts'

const OUTAGES: readonly ErrorCode[] = [
  'storage_unavailable',
  'storage_denied',
  'unknown_storage',
  'config_invalid',
  'insufficient_disk',
]

/** Whether an error says nothing about an object, only that its storage cannot be asked now. */
export function isOutage(error: unknown): error is RindleError {
  return isRindleError(error) && OUTAGES.includes(error.code)
}
