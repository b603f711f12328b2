import { describe, expect, it } from 'vitest'
import {
  evaluatePreconditions,
  matchesIfRange,
  type PreconditionOutcome,
} from '../../../src/delivery/files/preconditions.ts'

const current = { etag: 'xyzzy', lastModified: new Date('1994-11-06T08:49:37.900Z') }
const SAME = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'
const AFTER = 'Mon, 07 Nov 1994 08:49:37 GMT'

describe('preconditions', () => {
  it.each<[Record<string, string>, PreconditionOutcome]>([
    [{}, 'met'],
    // If-None-Match compares weakly, in lists, and `*` is any version (RFC 9110, 13.1.2).
    [{ 'if-none-match': '"xyzzy"' }, 'not_modified'],
    [{ 'if-none-match': 'W/"xyzzy"' }, 'not_modified'],
    [{ 'if-none-match': '"a", W/"xyzzy" ,"b"' }, 'not_modified'],
    [{ 'if-none-match': '"a,b","xyzzy"' }, 'not_modified'],
    [{ 'if-none-match': '*' }, 'not_modified'],
    [{ 'if-none-match': '"a"' }, 'met'],
    [{ 'if-none-match': '"xyzzy' }, 'met'],
    [{ 'if-none-match': 'xyzzy' }, 'met'],
    [{ 'if-none-match': '' }, 'met'],
    // It is evaluated regardless of Cache-Control.
    [{ 'if-none-match': '"xyzzy"', 'cache-control': 'no-cache' }, 'not_modified'],
    // If-Modified-Since counts only without If-None-Match, in seconds (13.1.3).
    [{ 'if-modified-since': SAME }, 'not_modified'],
    [{ 'if-modified-since': AFTER }, 'not_modified'],
    [{ 'if-modified-since': BEFORE }, 'met'],
    [{ 'if-none-match': '"a"', 'if-modified-since': AFTER }, 'met'],
    // All three forms of a date are read (5.6.7), and nothing else.
    [{ 'if-modified-since': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 'not_modified'],
    [{ 'if-modified-since': 'Sun Nov  6 08:49:37 1994' }, 'not_modified'],
    [{ 'if-modified-since': 'Sun Nov  6 08:49:36 1994' }, 'met'],
    [{ 'if-modified-since': '2026-01-01' }, 'met'],
    [{ 'if-modified-since': '9999999999999' }, 'met'],
    [{ 'if-modified-since': 'Sun, 99 Nov 1994 99:49:37 GMT' }, 'met'],
    // If-Match compares strongly (13.1.1) and comes first (13.2.2).
    [{ 'if-match': '"xyzzy"' }, 'met'],
    [{ 'if-match': '"a", "xyzzy"' }, 'met'],
    [{ 'if-match': '*' }, 'met'],
    [{ 'if-match': '"a"' }, 'failed'],
    [{ 'if-match': 'W/"xyzzy"' }, 'failed'],
    [{ 'if-match': '"a"', 'if-none-match': '"xyzzy"' }, 'failed'],
    [{ 'if-match': '"xyzzy"', 'if-none-match': '"xyzzy"' }, 'not_modified'],
    // If-Unmodified-Since counts only without If-Match (13.1.4).
    [{ 'if-unmodified-since': SAME }, 'met'],
    [{ 'if-unmodified-since': BEFORE }, 'failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'met'],
    [{ 'if-match': '"xyzzy"', 'if-unmodified-since': BEFORE }, 'met'],
  ])('%j give %s', (headers, outcome) => {
    expect(evaluatePreconditions(new Headers(headers), current)).toBe(outcome)
  })
})

describe('If-Range', () => {
  it.each<[string | null, boolean]>([
    [null, true],
    ['"xyzzy"', true],
    ['W/"xyzzy"', false],
    ['"a"', false],
    ['"xyzzy", "a"', false],
    ['*', false],
    [SAME, true],
    [BEFORE, false],
    [AFTER, false],
    ['Sunday, 06-Nov-94 08:49:37 GMT', true],
    ['nonsense', false],
    ['', false],
  ])('%j: %s', (condition, isSame) => {
    expect(matchesIfRange(condition, current)).toBe(isSame)
  })
})
