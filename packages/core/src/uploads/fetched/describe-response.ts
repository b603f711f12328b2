import { parse } from 'content-disposition'
import type { AcceptRules } from '../../domain/accept.ts'
import { claimsOf, mayBeAccepted, mayBeCalled } from '../../domain/claims.ts'
import { canonicalContentType } from '../../domain/content-types.ts'
import { filenameExtension, sanitizeFilename } from '../../domain/filename.ts'
import { judgeDeclared } from '../../domain/gate.ts'
import { typesOf } from '../../domain/type-lookup.ts'
import { FetchRefused } from './fetch-errors.ts'
import type { FetchResponse } from './open-url.ts'

/** The facts of a response about its file. */
export interface DescribedFile {
  readonly filename: string
  /** The type that the server declares, if the profile may accept it; `null`: the bytes decide. */
  readonly declaredType: string | null
  /** `null`: the end of the body tells it. */
  readonly byteSize: number | null
}

// Pages that servers send in place of a file, with status 200: of errors, logins and questions.
const PAGES = ['text/html', 'application/xhtml+xml']

/**
 * Reads the name, type and size of a file out of the head of a response. A server's Content-Type and the name in a URL
 * are hints, not claims of a user: a type or an extension that the profile does not accept is dropped, and the bytes
 * decide. A page is refused at once, if the profile accepts none, and so is a size that is too large. Throws
 * {@link FetchRefused}. Pure.
 *
 * @param given the name that the caller gave, which is judged like that of any upload
 */
export function describeResponse(
  { url, headers, byteSize }: Pick<FetchResponse, 'url' | 'headers' | 'byteSize'>,
  accept: AcceptRules,
  given: string | null,
): DescribedFile {
  const filename = given ?? acceptedName(dispositionName(headers['content-disposition']) ?? nameOfUrl(url), accept)
  const type = canonicalContentType(headers['content-type'] ?? '')
  const claims = claimsOf(type, filename)
  const isUsable = mayBeAccepted(claims, accept.types)
  if (!isUsable && PAGES.includes(type)) {
    throw new FetchRefused('mime_not_allowed', `The server answered with a page (${type}), not a file.`)
  }
  const declaredType = isUsable && type !== 'text/plain' ? claims.declared : null
  const wrongSize = judgeDeclared({ declaredType: null, filename, byteSize }, accept)
  if (wrongSize !== null) throw new FetchRefused(wrongSize.reason, wrongSize.message)
  const contradiction = judgeDeclared({ declaredType, filename, byteSize }, accept)
  return { filename, declaredType: contradiction === null ? declaredType : null, byteSize }
}

/** The last segment of a URL's path, decoded; `''`: it has none. Pure. */
export function nameOfUrl({ pathname }: Pick<URL, 'pathname'>): string {
  const last = pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    // Not UTF-8: the name as the URL has it.
    return last
  }
}

/** A name without an extension that no accepted type has: `photo.php` says nothing about bytes. Pure. */
export function acceptedName(name: string, accept: AcceptRules): string {
  const filename = sanitizeFilename(name)
  const extension = filenameExtension(filename)
  if (extension === '') return filename
  const isListed = accept.extensions?.includes(extension) ?? typesOf(extension).length > 0
  if (isListed && mayBeCalled(claimsOf(null, filename), accept.types)) return filename
  return sanitizeFilename(filename.slice(0, -extension.length))
}

function dispositionName(header: string | undefined): string | null {
  if (header === undefined) return null
  const { filename } = parse(header).parameters
  return filename === undefined || filename === '' ? null : filename
}
