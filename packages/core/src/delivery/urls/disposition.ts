import { create } from 'content-disposition'
import { extensionFor, isActiveContent } from '../../domain/content-types.ts'

/** How a browser is told to treat a file. */
export type Disposition = 'inline' | 'attachment'

// What cameras and variants are called. That such a name is written as it is, is known at a glance; all that a name may
// need takes a tenth of the time of a signature to find out, and a page signs thousands.
const PLAIN_NAME = /^[\w.-]+$/

/**
 * The value of a Content-Disposition header (RFC 6266): with an ASCII fallback and the UTF-8 form where the name needs
 * one. Active content is never inline.
 */
export function contentDisposition(filename: string, contentType: string, disposition: Disposition): string {
  const type = isActiveContent(contentType) ? 'attachment' : disposition
  return PLAIN_NAME.test(filename) ? `${type}; filename=${filename}` : create(filename, { type })
}

/** The name of a variant's file: the original's, with the variant's name and its own extension. */
export function variantFilename(filename: string, variant: string, contentType: string): string {
  const dot = filename.lastIndexOf('.')
  return `${dot > 0 ? filename.slice(0, dot) : filename}-${variant}${extensionFor(contentType)}`
}
