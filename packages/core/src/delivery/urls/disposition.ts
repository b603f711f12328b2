import { create } from 'content-disposition'
import { extensionFor, isActiveContent } from '../../domain/content-types.ts'

/** The way in which a browser treats a file. */
export type Disposition = 'inline' | 'attachment'

// Names of cameras and variants, which need no encoding. This test is fast; a full encoding takes a tenth of the time
// of a signature, and a page signs thousands.
const PLAIN_NAME = /^[\w.-]+$/

/**
 * The value of a Content-Disposition header (RFC 6266): with an ASCII fallback and the UTF-8 form where the name needs
 * one. Active content is never inline.
 */
export function contentDisposition(filename: string, contentType: string, disposition: Disposition): string {
  const type = isActiveContent(contentType) ? 'attachment' : disposition
  return PLAIN_NAME.test(filename) ? `${type}; filename=${filename}` : create(filename, { type })
}

/** The name of a variant's file: the original's name, with the variant's name and extension. */
export function variantFilename(filename: string, variant: string, contentType: string): string {
  return `${stemOf(filename)}-${variant}${extensionFor(contentType)}`
}

/** The name of a text track's file: the original's name with the language, as players look for it beside a film. */
export function trackFilename(filename: string, lang: string): string {
  return `${stemOf(filename)}.${lang}.vtt`
}

function stemOf(filename: string): string {
  const dot = filename.lastIndexOf('.')
  return dot > 0 ? filename.slice(0, dot) : filename
}
