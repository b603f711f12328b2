import { describe, expect, test } from 'vitest'
import { formatDuration } from '../src/format-duration.ts'
import { formatSize } from '../src/format-size.ts'
import { formatSummary } from '../src/format-summary.ts'
import { formatTable } from '../src/format-table.ts'
import { paragraph } from '../src/paragraph.ts'
import { printable } from '../src/printable.ts'
import { reasonText } from '../src/reason-text.ts'
import { redact } from '../src/redact.ts'
import { styleOf } from '../src/style.ts'
import { suggest } from '../src/suggest.ts'
import { CapturedOutput } from './captured-io.ts'

describe('a table', () => {
  test('aligns columns by what a terminal shows: wide characters count twice, colours not at all', () => {
    const rows = [
      ['name', 'state'],
      ['写真', 'ready'],
      ['\u001B[31mred\u001B[39m', 'failed'],
    ]
    expect(formatTable(rows)).toEqual(['name  state', '写真  ready', '\u001B[31mred\u001B[39m   failed'])
  })

  test('leaves no space at the end of a line', () => {
    expect(
      formatTable([
        ['a', 'long cell'],
        ['b', ''],
      ]),
    ).toEqual(['a  long cell', 'b'])
  })
})

test('a summary lines its counts up', () => {
  expect(formatSummary({ enqueued: 12, skipped: 3, errors: 0 })).toEqual([
    '  enqueued: 12',
    '  skipped:  3',
    '  errors:   0',
  ])
})

test('sizes and times are written for people, and unknown ones as a dash', () => {
  expect([formatSize(0), formatSize(1_130_000), formatSize(null)]).toEqual(['0 B', '1.13 MB', '-'])
  expect([formatDuration(640.4), formatDuration(3_210), formatDuration(null)]).toEqual(['640 ms', '3.2 s', '-'])
})

test('unprintable characters are written out, and all others stay', () => {
  expect(printable('a\u001B[2Jb\nc\u202Egpj.exe\uD800')).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}gpj.exe\\u{d800}')
  expect(printable('Grüße 写真 👩‍👩‍👧.jpg')).toBe('Grüße 写真 👩‍👩‍👧.jpg')
})

describe('a password in a URL', () => {
  test.each([
    ['cannot use postgres://me:s3cret@host:5432/app now', 'cannot use postgres://me:***@host:5432/app now'],
    ['postgres://me:p@ss/w:rd@host/app', 'postgres://me:***@host/app'],
    ['https://:key@host', 'https://:***@host'],
    ['postgres://host/app?password=s3cret&x=1', 'postgres://host/app?password=***&x=1'],
    ['http://127.0.0.1:33475/files/a.b', 'http://127.0.0.1:33475/files/a.b'],
  ])('is left out: %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })
})

test('a word is suggested only when it is near', () => {
  const known = ['status', 'format', 'config']
  expect(suggest('stauts', known)).toBe('status')
  expect(suggest('confg', known)).toBe('config')
  expect(suggest('quux', known)).toBeUndefined()
  expect(suggest('x', [])).toBeUndefined()
})

test('a reason is shown with the meaning of its code, or alone if it has none', () => {
  expect(reasonText('corrupt_media')).toBe('corrupt_media: The file cannot be decoded: it is truncated or damaged.')
  expect(reasonText('promotion_failed:storage_denied')).toMatch(/^promotion_failed:storage_denied: The storage refused/)
  expect(reasonText('scanner_failed:clam')).toMatch(/^scanner_failed:clam: A scanner could not do its work/)
  expect(reasonText('corrupt_media', 'It is cut off.')).toBe('corrupt_media: It is cut off.')
  expect(reasonText('worker_died')).toMatch(/^worker_died: The workers that had this work died/)
  expect(reasonText('of_another_version')).toBe('of_another_version')
})

describe('on a terminal', () => {
  const terminal = new CapturedOutput()
  terminal.isTTY = true
  terminal.columns = 40

  test('states are coloured, unless NO_COLOR says otherwise', () => {
    expect(styleOf(terminal, {}).good('ready')).toBe('\u001B[32mready\u001B[39m')
    expect(styleOf(terminal, { NO_COLOR: '1' }).good('ready')).toBe('ready')
    expect(styleOf(new CapturedOutput(), {}).good('ready')).toBe('ready')
  })

  test('sentences are wrapped at words, and stay whole in a pipe', () => {
    const sentence = 'The file is application/zip. Accepted: image/jpeg, image/png.'
    expect(paragraph(sentence, terminal)).toEqual([
      '  The file is application/zip. Accepted:',
      '  image/jpeg, image/png.',
    ])
    expect(paragraph(sentence, new CapturedOutput())).toEqual([`  ${sentence}`])
  })
})
