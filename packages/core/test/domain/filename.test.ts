import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filenameExtension, MAX_FILENAME_BYTES, sanitizeFilename } from '../../src/domain/filename.ts'

const HOSTILE_PARTS = [
  '.. . / \\ \0 \r\n \t : " < | CON nul com1 .jpg \u202E \u2066 \u200F \uFEFF \uD800 \uDC00 e\u0301 \u0301 é 👍 İ ﷺ',
  '\u0344 \u1F71 \u2028 \u00A0 \u3000 \u00AD ~ %00 %2e%2e%2f',
]
  .flatMap((parts) => parts.split(' '))
  .concat(' ', 'a'.repeat(120), '日'.repeat(40))

describe('sanitizeFilename', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ["Anna's photo (1) — final, really!.JPG", "Anna's photo (1) — final, really!.JPG"],
    ['日本語.png', '日本語.png'],
    ['بريطانيا.mp4', 'بريطانيا.mp4'],
    ['👩‍👩‍👧.webp', '👩‍👩‍👧.webp'],
    ['archive.tar.gz', 'archive.tar.gz'],
    ['50% & more; #1 `$x`.png', '50% & more; #1 `$x`.png'],
  ])('keeps %j', (name, expected) => {
    expect(sanitizeFilename(name)).toBe(expected)
  })

  it.each<[string | undefined, string]>([
    [undefined, 'file'],
    ['', 'file'],
    ['   ', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['...', 'file'],
    ['/', 'file'],
    ['a/', 'file'],
    ['\0', 'file'],
    ['\u202E', 'file'],
    ['../../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\win.ini', 'win.ini'],
    ['C:\\fakepath\\photo.jpg', 'photo.jpg'],
    ['C:photo.jpg', 'C_photo.jpg'],
    ['/dev/null/foo', 'foo'],
    ['photo.php\0.jpg', 'photo.php.jpg'],
    ['a\r\nContent-Type: text/html.jpg', 'html.jpg'],
    ['a\r\nSet-Cookie: x=1.jpg', 'a Set-Cookie_ x=1.jpg'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['\u2066a\u2069\u200E\u200F.png', 'a.png'],
    ['\uFEFFa\u200Bb.png', 'ab.png'],
    ['\uD800a\uDC00.png', 'a.png'],
    ['a\u0007\u001B[31m\u0085.png', 'a[31m.png'],
    ['Cafe\u0301.png', 'Café.png'],
    ['e\u200E\u0301.png', 'é.png'],
    ['.htaccess', 'htaccess'],
    ['. .a.png', 'a.png'],
    ['a.png. . ', 'a.png'],
    ['a  \t b.png', 'a b.png'],
    ['<img src="x">?|*:.png', '_img src=_x______.png'],
    ['file.txt:stream', 'file.txt_stream'],
    ['CON', '_CON'],
    ['con.jpg', '_con.jpg'],
    ['Nul .tar.gz', '_Nul .tar.gz'],
    ['COM1.txt', '_COM1.txt'],
    ['lpt².txt', '_lpt².txt'],
    ['CLOCK$', '_CLOCK$'],
    ['console.txt', 'console.txt'],
    ['com10.txt', 'com10.txt'],
  ])('turns %j into %j', (name, expected) => {
    expect(sanitizeFilename(name)).toBe(expected)
  })

  it('cuts a long name and keeps its extension', () => {
    expect(sanitizeFilename(`${'a'.repeat(300)}.jpeg`)).toBe(`${'a'.repeat(250)}.jpeg`)
    expect(sanitizeFilename(`${'é'.repeat(300)}.jpg`)).toBe(`${'é'.repeat(125)}.jpg`)
    expect(sanitizeFilename(`${'👍'.repeat(300)}.jpg`)).toBe(`${'👍'.repeat(62)}.jpg`)
    expect(sanitizeFilename(`${'a'.repeat(300)}.İ`)).toBe(`${'a'.repeat(252)}.İ`)
  })

  it('cuts a text that only looks like an extension', () => {
    expect(sanitizeFilename(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`)
    expect(sanitizeFilename(`con.${'b'.repeat(300)}`)).toBe(`_con.${'b'.repeat(250)}`)
  })

  it('leaves no dot or space where the cut falls', () => {
    expect(sanitizeFilename(`${'a'.repeat(249)}. ${'b'.repeat(50)}.jpeg`)).toBe(`${'a'.repeat(249)}.jpeg`)
    expect(sanitizeFilename(`${'a'.repeat(254)} ${'b'.repeat(50)}`)).toBe('a'.repeat(254))
    expect(sanitizeFilename(`${'a'.repeat(254)}.${'b'.repeat(50)}`)).toBe('a'.repeat(254))
  })

  it('gives a safe name for any string, and the same when applied again', () => {
    const nasty = fc.constantFrom(...HOSTILE_PARTS)
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(hostile, (name) => {
        const safe = sanitizeFilename(name)
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(MAX_FILENAME_BYTES)
        expect(safe).not.toMatch(/[\p{Cc}\p{Surrogate}\p{Zl}\p{Zp}<>:"|?*/\\]/u)
        expect(safe).not.toMatch(/[\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/)
        expect(safe).not.toMatch(/^[. ]|[. ]$|^$/)
        expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i)
        expect(safe.normalize('NFC')).toBe(safe)
        expect(sanitizeFilename(safe)).toBe(safe)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('filenameExtension', () => {
  it.each([
    ['photo.jpg', '.jpg'],
    ['photo.JPG', '.jpg'],
    ['archive.tar.gz', '.gz'],
    ['photo', ''],
    ['', ''],
    ['.', ''],
    ['..', ''],
    ['photo.', ''],
    ['.htaccess', ''],
    ['a.b/.htaccess', ''],
    ['a.b/c', ''],
    ['a.b\\c', ''],
    ['Meeting v1. final draft', ''],
    ['a.фото', '.фото'],
  ])('of %j is %j', (name, extension) => {
    expect(filenameExtension(name)).toBe(extension)
  })

  it('survives sanitising', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,300}\.[a-z0-9]{1,8}$/), (name) => {
        expect(filenameExtension(sanitizeFilename(name))).toBe(filenameExtension(name))
      }),
    )
  })
})
