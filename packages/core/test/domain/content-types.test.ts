import mime from 'mime-types'
import { describe, expect, it } from 'vitest'
import {
  canonicalContentType,
  extensionFor,
  extensionsOf,
  isActiveContent,
  kindOf,
} from '../../src/domain/content-types.ts'
import { normalizeKey } from '../../src/domain/keys.ts'

const REGISTERED = Object.keys(mime.extensions)

describe('canonicalContentType', () => {
  it.each([
    ['image/jpeg', 'image/jpeg'],
    ['IMAGE/JPEG', 'image/jpeg'],
    [' text/html ; charset=utf-8', 'text/html'],
    ['audio/ogg; codecs=opus', 'audio/ogg'],
    ['image/jpg', 'image/jpeg'],
    ['image/pjpeg', 'image/jpeg'],
    ['image/apng', 'image/apng'],
    ['image/heic-sequence', 'image/heic'],
    ['image/vnd.microsoft.icon', 'image/x-icon'],
    ['audio/x-m4a', 'audio/mp4'],
    ['audio/mp3', 'audio/mpeg'],
    ['audio/x-wav', 'audio/wav'],
    ['audio/vnd.wave', 'audio/wav'],
    ['audio/x-flac', 'audio/flac'],
    ['video/x-m4v', 'video/mp4'],
    ['video/matroska', 'video/x-matroska'],
    ['video/vnd.avi', 'video/x-msvideo'],
    ['video/MP2P', 'video/mpeg'],
    ['application/x-javascript', 'text/javascript'],
    ['', 'application/octet-stream'],
    ['jpeg', 'application/octet-stream'],
    ['image/', 'application/octet-stream'],
    ['image/jp eg', 'application/octet-stream'],
    ['image/jpeg\r\nX: y', 'application/octet-stream'],
    ['__proto__', 'application/octet-stream'],
    ['image/jpeg, text/html', 'application/octet-stream'],
  ])('of %j is %s', (given, canonical) => {
    expect(canonicalContentType(given)).toBe(canonical)
  })

  it('is its own canonical form', () => {
    for (const type of [...REGISTERED, 'image/jpg', 'audio/x-m4a', 'video/matroska', 'text/xml']) {
      expect(canonicalContentType(canonicalContentType(type))).toBe(canonicalContentType(type))
    }
  })
})

describe('kindOf', () => {
  it.each([
    ['image/png', 'image'],
    ['image/svg+xml', 'image'],
    ['video/quicktime', 'video'],
    ['application/mp4', 'video'],
    ['audio/x-m4a', 'audio'],
    ['application/pdf', 'other'],
    ['text/plain', 'other'],
    ['imagery/png', 'other'],
    ['nonsense', 'other'],
  ])('of %s is %s', (type, kind) => {
    expect(kindOf(type)).toBe(kind)
  })
})

describe('extensions', () => {
  it.each([
    ['image/jpeg', '.jpg'],
    ['image/jpg', '.jpg'],
    ['image/png', '.png'],
    ['image/webp', '.webp'],
    ['image/avif', '.avif'],
    ['image/gif', '.gif'],
    ['image/heic', '.heic'],
    ['image/tiff', '.tiff'],
    ['image/svg+xml', '.svg'],
    ['image/x-icon', '.ico'],
    ['video/mp4', '.mp4'],
    ['video/quicktime', '.mov'],
    ['video/webm', '.webm'],
    ['video/x-matroska', '.mkv'],
    ['video/x-msvideo', '.avi'],
    ['video/mpeg', '.mpg'],
    ['audio/mpeg', '.mp3'],
    ['audio/mp4', '.m4a'],
    ['audio/wav', '.wav'],
    ['audio/flac', '.flac'],
    ['audio/ogg', '.ogg'],
    ['audio/aac', '.aac'],
    ['audio/aiff', '.aiff'],
    ['application/pdf', '.pdf'],
    ['application/json', '.json'],
    ['application/x-nobody-knows', '.bin'],
    ['application/octet-stream', '.bin'],
  ])('of new files of %s are %s', (type, extension) => {
    expect(extensionFor(type)).toBe(extension)
  })

  it.each([
    ['image/jpeg', ['.jpg', '.jpeg', '.jpe', '.jfif']],
    ['image/apng', ['.png']],
    ['image/tiff', ['.tif', '.tiff']],
    ['audio/ogg; codecs=opus', ['.ogg', '.oga', '.opus']],
    ['video/mp4', ['.mp4', '.m4v', '.mov', '.m4a']],
    ['video/quicktime', ['.mov', '.mp4']],
    ['video/mp2t', ['.ts', '.mts', '.m2ts']],
  ])('accepted for %s include %j', (type, extensions) => {
    expect(extensionsOf(type)).toEqual(expect.arrayContaining(extensions))
  })

  it('accepted for a picture never include one of a page or a program', () => {
    const harmful = ['.html', '.htm', '.svg', '.svgz', '.xml', '.js', '.php', '.exe', '.pdf']
    const media = REGISTERED.filter((type) => kindOf(type) !== 'other' && !isActiveContent(type))
    expect(media.length).toBeGreaterThan(100)
    expect(media.filter((type) => extensionsOf(type).some((extension) => harmful.includes(extension)))).toEqual([])
  })

  it('of an unknown type are none', () => {
    expect(extensionsOf('application/x-nobody-knows')).toEqual([])
  })

  it('for new files are valid in a storage key, for every registered type', () => {
    for (const type of REGISTERED) {
      const key = `avatar/1/original-00${extensionFor(type)}`
      expect(normalizeKey(key)).toBe(key)
    }
  })
})

describe('isActiveContent', () => {
  it.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'image/svg',
    'image/svg+xml-compressed',
    'application/xml',
    'text/xml',
    'application/rss+xml',
    'text/javascript',
    'application/javascript',
    'application/pdf',
    'application/x-pdf',
    'multipart/x-mixed-replace',
    'message/rfc822',
  ])('is true of %s', (type) => {
    expect(isActiveContent(type)).toBe(true)
  })

  it.each(['image/png', 'video/mp4', 'audio/mpeg', 'text/plain', 'application/json', 'application/octet-stream', ''])(
    'is false of %j',
    (type) => {
      expect(isActiveContent(type)).toBe(false)
    },
  )
})
