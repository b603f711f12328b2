import mime from 'mime-types'
import type { AssetKind } from './states.ts'
import { familyOf, ownExtensions, spellingOf, UNKNOWN_CONTENT_TYPE } from './type-lookup.ts'

export { UNKNOWN_CONTENT_TYPE }

// A page of the application's origin that shows these inline may run what is in them. PDF is among them: it carries
// scripts and links, and what its viewer does with them is the viewer's choice.
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
 * The one spelling of a content type that Rindle stores and compares: lower-case, without parameters, other names
 * resolved (`image/jpg` is `image/jpeg`, `audio/x-m4a` is `audio/mp4`). What is no content type, and what says nothing
 * (`binary/octet-stream`, `application/x-download`), is {@link UNKNOWN_CONTENT_TYPE}.
 */
export function canonicalContentType(contentType: string): string {
  // What the registry knows needs no reading: pages ask for thousands, and of the same few.
  if (Object.hasOwn(mime.extensions, contentType)) return spellingOf(contentType)
  const essence = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(essence)) return UNKNOWN_CONTENT_TYPE
  return spellingOf(essence)
}

/** The kind of asset that a content type is. A container may hold less than its name says: the probe decides. */
export function kindOf(contentType: string): AssetKind {
  const [family] = canonicalContentType(contentType).split('/', 1)
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'other'
}

/**
 * Every extension under which files of a content type are found, with dots: its own, the usual one first, then those of
 * the types that share its container. Empty: unknown.
 */
export function extensionsOf(contentType: string): readonly string[] {
  const type = canonicalContentType(contentType)
  return [...new Set([type, ...familyOf(type)].flatMap(ownExtensions))]
}

/** The extension for new files of a content type, with its dot, fit for a storage key; `.bin` when it has none. */
export function extensionFor(contentType: string): string {
  const own = ownExtensions(canonicalContentType(contentType))
  return own.find((extension) => /^\.[a-z0-9]+$/.test(extension)) ?? '.bin'
}

// A type, a subtype and whatever parameters; nothing that could end a header.
const WRITTEN = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(?:;[\x20-\x7e]*)?$/

/** Whether a text is a content type as headers write it, with parameters or without. */
export function isContentType(text: string): boolean {
  return WRITTEN.test(text)
}

/** The content type that a name's extension stands for; {@link UNKNOWN_CONTENT_TYPE} when that says nothing. */
export function contentTypeOfName(name: string): string {
  const known = mime.lookup(name)
  return known === false ? UNKNOWN_CONTENT_TYPE : canonicalContentType(known)
}

/**
 * Whether a browser that shows this type may run script in it (HTML, SVG and all XML, JavaScript, PDF): it is rejected
 * unless allowed by name, and never served inline from the application's origin without a sandbox.
 */
export function isActiveContent(contentType: string): boolean {
  const type = canonicalContentType(contentType)
  return ACTIVE.has(type) || type.endsWith('+xml')
}
