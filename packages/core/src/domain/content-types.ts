import mime from 'mime-types'
import type { AssetKind } from './states.ts'
import { familyOf, ownExtensions, spellingOf, UNKNOWN_CONTENT_TYPE } from './type-lookup.ts'

export { UNKNOWN_CONTENT_TYPE }

// A page of the application's origin that shows these inline may run their content. PDF is among them: it carries
// scripts and links, and its viewer decides what to do with them.
const ACTIVE = new Set([
  'text/html',
  'text/javascript',
  'text/xsl',
  'application/xml',
  'image/svg+xml-compressed',
  'application/pdf',
  'application/x-shockwave-flash',
  'message/rfc822',
  'multipart/related',
  'multipart/x-mixed-replace',
])

/**
 * Returns the canonical spelling of a content type, which Rindle stores and compares: lower-case, without parameters,
 * aliases resolved (`image/jpg` is `image/jpeg`, `audio/x-m4a` is `audio/mp4`). Malformed types and types that say
 * nothing (`binary/octet-stream`, `application/x-download`) become {@link UNKNOWN_CONTENT_TYPE}.
 */
export function canonicalContentType(contentType: string): string {
  // Types of the registry need no parsing: pages ask for the same few thousands of times.
  if (Object.hasOwn(mime.extensions, contentType)) return spellingOf(contentType)
  const essence = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(essence)) return UNKNOWN_CONTENT_TYPE
  return spellingOf(essence)
}

/** The kind of asset of a content type. A container may hold less than its name says: the probe decides. */
export function kindOf(contentType: string): AssetKind {
  const [family] = canonicalContentType(contentType).split('/', 1)
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'other'
}

/**
 * Every usual extension of a content type, with dots: its own, the usual one first, then those of the types that share
 * its container. Empty: unknown.
 */
export function extensionsOf(contentType: string): readonly string[] {
  const type = canonicalContentType(contentType)
  return [...new Set([type, ...familyOf(type)].flatMap(ownExtensions))]
}

/** The extension for new files of a content type, with its dot, safe in a storage key; `.bin` when it has none. */
export function extensionFor(contentType: string): string {
  const own = ownExtensions(canonicalContentType(contentType))
  return own.find((extension) => /^\.[a-z0-9]+$/.test(extension)) ?? '.bin'
}

// A type, a subtype and any parameters; nothing that could end a header.
const WRITTEN = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(?:;[\x20-\x7e]*)?$/

/** Whether a text is a content type as headers write it, with parameters or without. */
export function isContentType(text: string): boolean {
  return WRITTEN.test(text)
}

/** The content type of a name's extension; {@link UNKNOWN_CONTENT_TYPE} when the extension says nothing. */
export function contentTypeOfName(name: string): string {
  const known = mime.lookup(name)
  return known === false ? UNKNOWN_CONTENT_TYPE : canonicalContentType(known)
}

/**
 * Whether a browser that shows this type may run script in it (HTML, SVG and all XML, JavaScript, PDF). Such a type is
 * rejected unless a profile names it, and is never served inline from the application's origin without a sandbox.
 */
export function isActiveContent(contentType: string): boolean {
  const type = canonicalContentType(contentType)
  return ACTIVE.has(type) || type.endsWith('+xml')
}
