import { RindleError } from '@rindle/core'
import { damage, failing, type ProcessorBreakage, requesting } from './breakage.ts'

export const failureBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'calls a damaged file corrupt_media, for every variant of it',
    how: 'tries damaged files again',
    breaks: failing((error) => new RindleError('corrupt_media', error.message, { retryable: true })),
  },
  {
    caseName: 'calls a damaged file corrupt_media, for every variant of it',
    how: 'takes damage for a failure of its own',
    breaks: failing(() => new Error('Something went wrong.')),
  },
  {
    caseName: 'makes nothing from a file beyond its limits, with limit_exceeded for every variant',
    how: 'knows no limits',
    breaks: requesting(() => ({ limits: { maxPixels: Number.MAX_SAFE_INTEGER } })),
  },
  {
    caseName: 'gives no verdict about the bytes of a missing file',
    how: 'takes a missing file for a damaged one',
    breaks: failing(damage),
  },
]
