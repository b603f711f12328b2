import { type ContentType, defineProfile } from '@rindle/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeclaredFile, type GateInput, judgeDeclared, judgeFile } from '../../src/domain/gate.ts'

type Options = Partial<Parameters<typeof defineProfile>[0]['accept']>

const accept = (types: readonly ContentType[], options: Options = {}) =>
  defineProfile({ storage: 'main', accept: { types, maxBytes: 1_000, ...options } }).accept
const input = (changes: Partial<GateInput> = {}): GateInput => ({
  sniffedType: 'image/jpeg',
  declaredType: null,
  filename: 'photo.jpg',
  byteSize: 500,
  ...changes,
})
const declared = (declaredType: string | null, filename: string): DeclaredFile => ({
  declaredType,
  filename,
  byteSize: 500,
})
const images = accept(['image/*'])
const strict = accept(['image/*'], { extensionMismatch: 'reject' })
const everything = accept(['image/*', 'video/*', 'audio/*', 'application/pdf', 'image/svg+xml', 'application/zip'])

describe('the gate', () => {
  it('accepts bytes that match their claims', () => {
    const verdict = { accepted: true, contentType: 'image/jpeg', filename: 'photo.jpg' }
    expect(judgeFile(input(), images)).toEqual(verdict)
    expect(judgeFile(input({ declaredType: 'image/jpeg; q=1', filename: 'photo.JPEG' }), images)).toMatchObject({
      filename: 'photo.JPEG',
    })
    expect(judgeFile(input({ declaredType: 'image/pjpeg' }), strict)).toEqual(verdict)
  })

  it.each<[string, Partial<GateInput>, string]>([
    ['nothing', { byteSize: 0 }, 'empty_file'],
    ['too much', { byteSize: 1_001 }, 'max_bytes_exceeded'],
    ['bytes without a known signature', { sniffedType: undefined }, 'unknown_type'],
    ['a type that is not listed', { sniffedType: 'application/pdf', filename: 'a.pdf' }, 'mime_not_allowed'],
    ['a script by its name', { filename: 'photo.php' }, 'extension_mime_mismatch'],
    ['an unknown extension', { filename: 'photo.xyzzy' }, 'extension_mime_mismatch'],
    ['a name of another kind', { filename: 'photo.mp4' }, 'extension_mime_mismatch'],
    ['a name of a page', { filename: 'photo.html' }, 'extension_mime_mismatch'],
    ['a name of an active picture', { filename: 'photo.svg' }, 'extension_mime_mismatch'],
    ['a declaration of another kind', { declaredType: 'video/mp4' }, 'declared_mime_mismatch'],
    ['a declaration of an active picture', { declaredType: 'image/svg+xml' }, 'declared_mime_mismatch'],
    ['a declaration of a page', { declaredType: 'text/html' }, 'declared_mime_mismatch'],
  ])('refuses %s', (_what, changes, reason) => {
    expect(judgeFile(input(changes), images)).toMatchObject({ accepted: false, reason })
    expect(judgeFile(input(changes), strict)).toMatchObject({ accepted: false, reason })
  })

  it('includes active content in no wildcard, only by name', () => {
    const svg = input({ sniffedType: 'image/svg+xml', filename: 'a.svg' })
    const svgz = input({ sniffedType: 'image/svg+xml-compressed', filename: 'a.svgz' })
    for (const drawing of [svg, svgz]) {
      expect(judgeFile(drawing, images)).toMatchObject({ reason: 'mime_not_allowed' })
      expect(judgeFile(drawing, accept(['image/svg+xml'])).accepted).toBe(true)
    }
  })

  it('narrows extensions to the list of the profile', () => {
    const png = accept(['image/*'], { extensions: ['.png'] })
    expect(judgeFile(input(), png)).toMatchObject({ reason: 'extension_not_allowed' })
    expect(judgeDeclared(declared('image/jpeg', 'a.jpg'), png)).toMatchObject({ reason: 'extension_not_allowed' })
  })

  it('accepts an unknown extension that the profile lists', () => {
    const insta = accept(['image/*'], { extensions: ['.jpg', '.insp'] })
    expect(judgeFile(input({ filename: 'sphere.insp' }), insta)).toMatchObject({ filename: 'sphere.insp' })
    expect(judgeDeclared(declared('image/jpeg', 'sphere.insp'), insta)).toBeNull()
  })

  it('does not take digits after a dot for an extension', () => {
    expect(judgeFile(input({ filename: 'scan 12.03.2024' }), images)).toMatchObject({ filename: 'scan 12.03.2024' })
  })

  it('never accepts a type outside the list, for any claim of the client', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), (filename, declaredType) => {
        const verdict = judgeFile(input({ sniffedType: 'text/html', filename, declaredType }), images)
        expect(verdict.accepted).toBe(false)
      }),
    )
  })

  it('gives the same verdict for a file under its new name', () => {
    const types = [
      'image/png',
      'image/apng',
      'video/mp4',
      'audio/mp4',
      'video/quicktime',
      'application/ogg',
      'image/tiff',
    ]
    const names = ['a.jpg', 'a.PNG', 'a.m4a', 'a.mov', 'a.mp4', 'a.ogg', 'a.ogv', 'a.dng', 'a', 'a.b.jpg']
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.constantFrom(...names), fc.constantFrom(null, ...types), (...drawn) => {
        const [sniffedType, filename, declaredType] = drawn
        const first = judgeFile(input({ sniffedType, filename, declaredType }), everything)
        if (!first.accepted) return
        expect(judgeFile(input({ sniffedType, declaredType, filename: first.filename }), everything)).toEqual(first)
      }),
    )
  })
})

describe('a name of another type of the same kind', () => {
  it.each([
    ['image/png', 'photo.jpg', 'photo.png'],
    ['image/apng', 'ball.gif', 'ball.png'],
    ['image/jpeg', 'photo.HEIC', 'photo.jpg'],
    ['image/jpeg', 'scan.tif', 'scan.jpg'],
    ['image/avif', 'photo.heic', 'photo.avif'],
    ['image/png', 'favicon.ico', 'favicon.png'],
    ['video/webm', 'film.avi', 'film.webm'],
    ['video/mp2t', 'film.mpg', 'film.ts'],
    ['audio/mpeg', 'song.wav', 'song.mp3'],
    ['audio/flac', 'song.mp3', 'song.flac'],
    ['video/mp4', 'song.mp3', 'song.m4a'],
  ])('is corrected: %s called %s is %s', (sniffedType, filename, corrected) => {
    expect(judgeFile(input({ sniffedType, filename }), everything)).toMatchObject({
      accepted: true,
      filename: corrected,
    })
    const rejecting = accept(everything.types, { extensionMismatch: 'reject' })
    expect(judgeFile(input({ sniffedType, filename }), rejecting)).toMatchObject({ accepted: false })
  })

  it('is corrected when the declared type is of the same kind', () => {
    const png = { sniffedType: 'image/png', declaredType: 'image/jpeg' }
    expect(judgeFile(input(png), images)).toEqual({ accepted: true, contentType: 'image/png', filename: 'photo.png' })
    expect(judgeFile(input({ ...png, filename: 'photo.png' }), strict)).toMatchObject({
      reason: 'declared_mime_mismatch',
    })
  })

  it('is corrected to an extension that the profile lists, or not at all', () => {
    const jpeg = input({ filename: 'photo.png' })
    const listed = accept(['image/*'], { extensions: ['.png', '.jpeg'] })
    expect(judgeFile(jpeg, listed)).toMatchObject({ filename: 'photo.jpeg' })
    const unlisted = accept(['image/*'], { extensions: ['.png'] })
    expect(judgeFile(jpeg, unlisted)).toMatchObject({ reason: 'extension_mime_mismatch' })
  })

  it('is no reason to accept a type outside the list', () => {
    const jpegOnly = accept(['image/jpeg'])
    expect(judgeFile(input({ sniffedType: 'image/png' }), jpegOnly)).toMatchObject({ reason: 'mime_not_allowed' })
  })

  it.each([
    ['image/svg+xml', 'drawing.png'],
    ['image/png', 'drawing.svg'],
    ['image/png', 'drawing.svgz'],
    ['application/pdf', 'report.png'],
    ['application/pdf', 'report.zip'],
    ['application/zip', 'photo.png'],
    ['image/png', 'film.mp4'],
    ['video/mp4', 'photo.png'],
    ['audio/mpeg', 'film.mp4'],
    ['video/x-msvideo', 'song.mp3'],
  ])('is never corrected across kinds, nor for active content: %s called %s', (sniffedType, filename) => {
    const verdict = judgeFile(input({ sniffedType, filename }), everything)
    expect(verdict).toMatchObject({ accepted: false, reason: 'extension_mime_mismatch' })
  })
})

describe('one container under several names', () => {
  const rejecting = accept(everything.types, { extensionMismatch: 'reject' })

  it.each([
    ['video/quicktime', 'film.mp4', 'video/mp4', 'video/quicktime'],
    ['video/mp4', 'film.mov', 'video/quicktime', 'video/mp4'],
    ['video/3gpp', 'film.mp4', 'video/mp4', 'video/3gpp'],
    ['video/mp4', 'film.3gp', 'video/3gpp', 'video/mp4'],
    ['video/3gpp2', 'film.3gp', 'video/3gpp', 'video/3gpp2'],
    ['video/mp4', 'song.m4a', 'audio/x-m4a', 'audio/mp4'],
    ['video/mp4', 'song.m4a', 'audio/mpeg', 'audio/mp4'],
    ['video/mp4', 'book.m4b', 'audio/x-m4b', 'audio/mp4'],
    ['audio/mp4', 'song.mp4', 'audio/mp4', 'audio/mp4'],
    ['video/3gpp', 'memo.3gp', 'audio/3gpp', 'video/3gpp'],
    ['video/3gpp', 'memo.3ga', 'audio/3gpp', 'audio/3gpp'],
    ['video/x-matroska', 'film.webm', 'video/webm', 'video/x-matroska'],
    ['video/webm', 'film.mkv', 'video/x-matroska', 'video/webm'],
    ['video/webm', 'memo.weba', 'audio/webm', 'audio/webm'],
    ['video/x-matroska', 'song.mka', 'audio/x-matroska', 'audio/x-matroska'],
    ['video/x-ms-asf', 'film.wmv', 'video/x-ms-wmv', 'video/x-ms-asf'],
    ['audio/x-ms-asf', 'film.wmv', 'video/x-ms-wmv', 'video/x-ms-asf'],
    ['video/x-ms-asf', 'song.wma', 'audio/x-ms-wma', 'audio/x-ms-asf'],
    ['audio/x-ms-asf', 'song.wma', 'audio/x-ms-wma', 'audio/x-ms-asf'],
    ['video/mp2t', 'camera.mts', 'model/vnd.mts', 'video/mp2t'],
    ['video/mp2t', 'camera.m2ts', 'video/vnd.dlna.mpeg-tts', 'video/mp2t'],
    ['video/mp2t', 'camera.ts', 'text/vnd.trolltech.linguist', 'video/mp2t'],
    ['video/mpeg', 'dvd.vob', 'video/dvd', 'video/mpeg'],
    ['video/mpeg', 'camera.mod', 'audio/x-mod', 'video/mpeg'],
    ['audio/ogg', 'song.ogg', 'video/ogg', 'audio/ogg'],
    ['audio/ogg', 'film.ogv', 'video/ogg', 'video/ogg'],
    ['application/ogg', 'film.ogv', 'video/ogg', 'video/ogg'],
    ['application/ogg', 'song.opus', 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['audio/ogg', 'song.ogg', 'application/ogg', 'audio/ogg'],
    ['audio/x-id3', 'song.flac', 'audio/x-flac', 'audio/flac'],
    ['audio/x-id3', 'song.aac', 'audio/vnd.dlna.adts', 'audio/aac'],
    ['audio/x-id3', 'song.mp3', 'audio/mpeg', 'audio/mpeg'],
    ['audio/x-id3', 'song', null, 'audio/mpeg'],
    ['image/apng', 'ball.png', 'image/png', 'image/apng'],
    ['image/heic', 'photo.heif', 'image/heif', 'image/heic'],
    ['image/tiff', 'photo.dng', 'image/x-adobe-dng', 'image/x-adobe-dng'],
    ['image/tiff', 'photo.nef', '', 'image/x-nikon-nef'],
    ['image/x-sony-arw', 'photo.pef', '', 'image/x-pentax-pef'],
    ['image/x-sony-arw', 'scan.tif', 'image/tiff', 'image/tiff'],
    ['application/zip', 'files.zip', 'application/x-zip-compressed', 'application/zip'],
    ['image/svg+xml', 'drawing.svg', 'text/xml', 'image/svg+xml'],
    ['image/svg+xml-compressed', 'drawing.svgz', 'image/svg+xml', 'image/svg+xml-compressed'],
    ['image/svg+xml-compressed', 'drawing.svgz', 'application/x-gzip', 'image/svg+xml-compressed'],
  ])('%s called %s and declared %j is %s', (sniffedType, filename, declaredType, contentType) => {
    const file = input({ sniffedType, filename, declaredType })
    expect(judgeFile(file, rejecting)).toEqual({ accepted: true, contentType, filename })
    expect(judgeDeclared(file, rejecting)).toBeNull()
  })

  it('is found under the name that a profile uses', () => {
    const named: [types: ContentType[], extensions: string[], sniffed: string, filename: string][] = [
      [['video/x-ms-wmv'], ['.wmv'], 'video/x-ms-asf', 'film.wmv'],
      [['audio/x-ms-wma'], ['.wma'], 'audio/x-ms-asf', 'song.wma'],
      [['audio/x-m4a'], ['.m4a'], 'video/mp4', 'song.m4a'],
      [['audio/x-wavpack'], ['.wv'], 'audio/wavpack', 'song.wv'],
      [['audio/x-ape'], ['.ape'], 'audio/ape', 'song.ape'],
      [['application/msword'], ['.doc'], 'application/x-cfb', 'letter.doc'],
      [['application/x-zip-compressed'], ['.zip'], 'application/zip', 'files.zip'],
      [['audio/*'], ['.weba'], 'video/webm', 'memo.weba'],
    ]
    for (const [types, extensions, sniffedType, filename] of named) {
      expect(judgeFile(input({ sniffedType, filename }), accept(types, { extensions }))).toMatchObject({
        accepted: true,
      })
      expect(judgeDeclared(declared('', filename), accept(types, { extensions }))).toBeNull()
    }
  })

  it('is Matroska or WebM by the name that the list accepts, where it has it, and by its bytes otherwise', () => {
    const judged = (
      sniffedType: string,
      filename: string,
      declaredType: string | null,
      types: readonly ContentType[],
    ) => judgeFile(input({ sniffedType, filename, declaredType }), accept(types))
    const webm = ['video/webm', 'audio/webm'] as const
    expect(judged('video/x-matroska', 'film.webm', 'video/webm', webm)).toMatchObject({ contentType: 'video/webm' })
    expect(judged('video/x-matroska', 'memo.weba', null, webm)).toMatchObject({ contentType: 'audio/webm' })
    expect(judged('video/x-matroska', 'blob', 'video/webm', webm)).toMatchObject({ contentType: 'video/webm' })
    expect(judged('video/x-matroska', 'film.webm', 'video/webm', ['video/*'])).toMatchObject({
      contentType: 'video/x-matroska',
    })
    expect(judged('video/webm', 'film.mkv', null, ['video/x-matroska'])).toMatchObject({
      contentType: 'video/x-matroska',
    })
    expect(judged('video/x-matroska', 'film.mkv', null, webm)).toMatchObject({ reason: 'mime_not_allowed' })
    expect(judged('video/mp4', 'film.webm', 'video/webm', webm)).toMatchObject({ reason: 'mime_not_allowed' })
  })

  it('is a film for a wildcard, though its type does not say so', () => {
    const films = accept(['video/*'])
    for (const declaredType of ['application/mxf', 'video/mxf', null]) {
      const file = input({ sniffedType: 'application/mxf', filename: 'film.mxf', declaredType })
      expect(judgeFile(file, films)).toEqual({ accepted: true, contentType: 'application/mxf', filename: 'film.mxf' })
      expect(judgeDeclared(file, films)).toBeNull()
    }
    const file = input({ sniffedType: 'application/mxf', filename: 'film.mxf' })
    expect(judgeFile(file, accept(['audio/*', 'image/*']))).toMatchObject({ reason: 'mime_not_allowed' })
  })

  it('is a film unless its name says sound', () => {
    const sounds = accept(['audio/*'])
    for (const filename of ['film.mp4', 'film', 'film.mkv', 'film.webm']) {
      for (const sniffedType of ['video/mp4', 'video/x-matroska', 'video/webm']) {
        expect(judgeFile(input({ sniffedType, filename }), sounds)).toMatchObject({ reason: 'mime_not_allowed' })
      }
    }
    expect(judgeFile(input({ sniffedType: 'video/mp4', filename: 'song.m4a' }), sounds)).toMatchObject({
      contentType: 'audio/mp4',
    })
  })
})

describe('before the bytes are there', () => {
  it.each([
    '',
    'application/octet-stream',
    'binary/octet-stream',
    'application/x-download',
    'application/force-download',
    'image/*',
    'image',
  ])('a declared type that says nothing decides nothing: %j', (declaredType) => {
    for (const filename of ['clip.mkv', 'photo.heic', 'photo.avif', 'photo.webp', 'blob', 'photo.xyzzy']) {
      expect(judgeDeclared(declared(declaredType, filename), everything)).toBeNull()
    }
  })

  it('an extension of no accepted type is refused early, when nothing else is known', () => {
    for (const filename of ['film.mkv', 'letter.docx', 'run.exe', 'page.html', 'drawing.svg']) {
      expect(judgeDeclared(declared('', filename), images)).toMatchObject({ reason: 'extension_not_allowed' })
    }
  })

  it.each([
    ['application/pdf', 'a.pdf', 'mime_not_allowed'],
    ['video/mp4', 'a.mp4', 'mime_not_allowed'],
    ['image/svg+xml', 'a.svg', 'mime_not_allowed'],
    ['text/html', 'a.png', 'mime_not_allowed'],
    ['image/jpeg', 'a.exe', 'extension_mime_mismatch'],
    ['image/jpeg', 'a.xyzzy', 'extension_mime_mismatch'],
    ['image/jpeg', 'a.svg', 'extension_mime_mismatch'],
    ['image/jpeg', 'a.mp4', 'extension_mime_mismatch'],
  ])('%s called %s is refused: %s', (declaredType, filename, reason) => {
    expect(judgeDeclared(declared(declaredType, filename), images)).toMatchObject({ accepted: false, reason })
  })

  it('a known size is judged', () => {
    expect(judgeDeclared({ ...declared('', 'a.jpg'), byteSize: 1_001 }, images)).toMatchObject({
      reason: 'max_bytes_exceeded',
    })
    expect(judgeDeclared({ ...declared('', 'a.jpg'), byteSize: 0 }, images)).toMatchObject({ reason: 'empty_file' })
    expect(judgeDeclared({ ...declared('', 'a.jpg'), byteSize: null }, images)).toBeNull()
  })

  it('two types of one kind may be corrected, unless the profile refuses', () => {
    expect(judgeDeclared(declared('image/jpeg', 'a.png'), images)).toBeNull()
    expect(judgeDeclared(declared('image/jpeg', 'a.png'), strict)).toMatchObject({ reason: 'extension_mime_mismatch' })
  })

  it('a generic name of an accepted type does not cover other types', () => {
    const office = accept([
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/msword',
    ])
    expect(judgeDeclared(declared('application/zip', 'letter.docx'), office)).toBeNull()
    expect(judgeDeclared(declared('application/x-zip-compressed', 'letter.docx'), office)).toBeNull()
    expect(judgeDeclared(declared('application/x-ole-storage', 'letter.doc'), office)).toBeNull()
    expect(judgeDeclared(declared('text/xml', 'a.svg'), accept(['image/svg+xml']))).toBeNull()
    expect(judgeDeclared(declared('application/zip', 'files.zip'), office)).toMatchObject({
      reason: 'extension_not_allowed',
    })
  })
})

describe('a file without bytes', () => {
  const lenient = accept(['image/*', 'text/plain', 'application/zip', 'application/pdf'], { allowEmpty: true })
  const empty = (declaredType: string | null, filename: string): GateInput =>
    input({ sniffedType: undefined, byteSize: 0, declaredType, filename })

  it.each([
    ['text/plain', 'a.txt', 'text/plain'],
    [null, 'a.txt', 'text/plain'],
    ['', 'a.pdf', 'application/pdf'],
    ['application/x-zip-compressed', 'a', 'application/zip'],
    ['text/plain', 'a', 'text/plain'],
  ])('is what is said of it: %o called %s is %s', (declaredType, filename, contentType) => {
    expect(judgeFile(empty(declaredType, filename), lenient)).toEqual({ accepted: true, contentType, filename })
    expect(judgeDeclared(empty(declaredType, filename), lenient)).toBeNull()
  })

  it.each([
    [null, 'a', 'empty_file'],
    [null, 'a.jpg', 'empty_file'],
    ['image/jpeg', 'a.jpg', 'empty_file'],
    ['image/png', 'a', 'empty_file'],
    ['', 'a.html', 'extension_not_allowed'],
    ['text/html', 'a', 'mime_not_allowed'],
    ['text/plain', 'a.zip', 'extension_mime_mismatch'],
    ['application/zip', 'a.jpg', 'extension_mime_mismatch'],
  ])(
    'is refused when it would be decoded, or nothing says what it is: %o called %s',
    (declaredType, filename, reason) => {
      const refused = { accepted: false, reason }
      expect(judgeFile(empty(declaredType, filename), lenient)).toMatchObject(refused)
      expect(judgeDeclared(empty(declaredType, filename), lenient)).toMatchObject(refused)
    },
  )

  it('changes nothing for files that have some', () => {
    expect(judgeFile(input({ sniffedType: undefined, filename: 'a.txt' }), lenient)).toMatchObject({
      reason: 'unknown_type',
    })
  })

  it('cannot be allowed where everything is decoded', () => {
    const types = ['image/*', 'video/mp4', 'image/svg+xml'] as const
    expect(() => accept(types, { allowEmpty: true })).toThrow(
      'accept.allowEmpty: is for files that are never decoded, and all of the types are images, video or audio',
    )
    expect(accept(types, { allowEmpty: false }).allowEmpty).toBe(false)
  })
})
