import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_CODES, REASONS, type RejectionReason, type RowReason, reasonMeaning } from '@rindle/core'
import { describe, expect, expectTypeOf, it } from 'vitest'

const sources = join(import.meta.dirname, '../../src')

// SQL columns, fields of changes, and calls that take a reason to store.
const WRITTEN = [
  /(?:error_?reason|failure_?reason) ?[:=] ?'(\w+)/gi,
  /new Rejection\(\s*['`](\w+)/g,
  /finishRuns\([^)]*'(?:succeeded|failed|cancelled)', (?:\{ reason: )?'(\w+)'/g,
]

/** Every literal that the sources write into a reason column. */
function writtenReasons(): readonly string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const found = files.flatMap((name) => {
    const text = readFileSync(join(sources, name), 'utf8')
    return WRITTEN.flatMap((pattern) => [...text.matchAll(pattern)].map(([, reason]) => reason ?? ''))
  })
  return [...new Set(found)]
}

describe('the reasons that rows keep', () => {
  it('are all in the tables', () => {
    const written = writtenReasons()
    expect(written).toEqual(expect.arrayContaining(['worker_died', 'cancelled', 'expired']))
    expect(written.filter((reason) => !(reason in REASONS) && !(reason in ERROR_CODES))).toEqual([])
  })

  it('repeat no code, and are sentences', () => {
    expect(Object.keys(REASONS).filter((reason) => reason in ERROR_CODES)).toEqual([])
    for (const meaning of Object.values(REASONS)) expect(meaning).toMatch(/^[A-Z].*\.$/)
  })

  it('include every reason of a rejection', () => {
    expectTypeOf<RejectionReason>().toExtend<RowReason>()
  })

  it.each([
    ['worker_died', ERROR_CODES.worker_died.meaning],
    ['scanner_failed:clam', ERROR_CODES.scanner_failed.meaning],
    ['asset_quarantined', REASONS.asset_quarantined],
    ['corrupt_media', ERROR_CODES.corrupt_media.meaning],
    ['promotion_failed:storage_denied', ERROR_CODES.storage_denied.meaning],
    ['promotion_failed:TypeError', REASONS.promotion_failed],
    ['scanner_rejected:clam', REASONS.scanner_rejected],
    ['of_another_version', undefined],
    ['', undefined],
  ])('have a meaning, with or without a suffix: %s', (reason, meaning) => {
    expect(reasonMeaning(reason)).toBe(meaning)
  })
})
