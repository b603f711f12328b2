import { ERROR_CODES, REASONS } from '@rindle/core'
import { expect, it } from 'vitest'
import { shownMessage } from '../src/shown-message.ts'

const kept = (errorReason: string | null, errorMessage: string | null = null) => ({ errorReason, errorMessage })

it('shows of the file what the row keeps, and whose word it is does not matter', () => {
  expect(shownMessage(kept('unsupported_codec', '12 bits a pixel.'))).toBe('12 bits a pixel.')
  expect(shownMessage(kept('scanner_rejected:clamav', 'Eicar-Test'))).toBe('Eicar-Test')
})

it('shows of everything else what the reason means, and nothing of the installation', () => {
  expect(shownMessage(kept('storage_unavailable', 'connect ECONNREFUSED 10.1.2.3:9000'))).toBe(
    ERROR_CODES.storage_unavailable.meaning,
  )
  expect(shownMessage(kept('scanner_failed:clamav', 'connect ECONNREFUSED clamd.internal'))).toBe(
    ERROR_CODES.scanner_failed.meaning,
  )
  expect(shownMessage(kept('a_newer_reason', 'secret-host'))).toBeNull()
})

it('shows what a reason means when its row keeps no sentence, and nothing where nothing is wrong', () => {
  expect(shownMessage(kept('empty_file'))).toBe(REASONS.empty_file)
  expect(shownMessage(kept(null))).toBeNull()
})
