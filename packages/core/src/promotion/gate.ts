import { canonicalContentType, extensionsOf, isActiveContent } from '../domain/content-types.ts'
import { filenameExtension } from '../domain/filename.ts'
import type { Profile } from '../profile/profile.ts'

/** Why the gate refuses bytes; kept as the asset's `errorReason`. */
export type RejectionReason =
  | 'empty_file'
  | 'max_bytes_exceeded'
  | 'unknown_type'
  | 'mime_not_allowed'
  | 'extension_not_allowed'
  | 'extension_mime_mismatch'
  | 'declared_mime_mismatch'

/** What the gate is told about a file. */
export interface GateInput {
  /** What the bytes are; `undefined` when of no known form. */
  readonly sniffedType: string | undefined
  /** What the client says they are. */
  readonly declaredType: string | null
  /** The sanitised name. */
  readonly filename: string
  /** `null` while bytes still arrive; their number is then checked as they come. */
  readonly byteSize: number | null
}

/** The gate's word. */
export type GateVerdict =
  | { readonly accepted: true; readonly contentType: string }
  | { readonly accepted: false; readonly reason: RejectionReason; readonly message: string }

/** The gate: size, magic bytes, allow-list, extension and declared type, in this order. Pure. */
export function judge(input: GateInput, accept: Profile['accept']): GateVerdict {
  const { sniffedType, filename, byteSize } = input
  if (byteSize === 0) return reject('empty_file', 'The file is empty.')
  if (byteSize !== null && byteSize > accept.maxBytes) return tooLarge(accept.maxBytes)
  if (sniffedType === undefined) {
    return reject('unknown_type', `The file is of no known type. Accepted: ${accept.types.join(', ')}.`)
  }
  if (!isAccepted(sniffedType, accept.types)) {
    return reject('mime_not_allowed', `The file is ${sniffedType}. Accepted: ${accept.types.join(', ')}.`)
  }
  return judgeNames(input, sniffedType, filenameExtension(filename), accept)
}

/** The rejection of a file that is larger than its profile allows. */
export function tooLarge(maxBytes: number): GateVerdict & { accepted: false } {
  return reject('max_bytes_exceeded', `The file is larger than the ${maxBytes} bytes that are accepted.`)
}

function judgeNames(input: GateInput, sniffedType: string, extension: string, accept: Profile['accept']): GateVerdict {
  if (extension !== '' && accept.extensions !== null && !accept.extensions.includes(extension)) {
    return reject(
      'extension_not_allowed',
      `Files named ${extension} are not accepted: ${accept.extensions.join(', ')}.`,
    )
  }
  if (extension !== '' && !extensionsOf(sniffedType).includes(extension)) {
    return reject('extension_mime_mismatch', `The file is named ${extension}, but its bytes are ${sniffedType}.`)
  }
  const declared = declaredTypeOf(input.declaredType)
  if (declared !== null && !agrees(declared, sniffedType)) {
    return reject('declared_mime_mismatch', `The file was declared as ${declared}, but its bytes are ${sniffedType}.`)
  }
  return { accepted: true, contentType: sniffedType }
}

/** Types that every decoder of another type reads: whoever accepts PNGs has no reason to refuse an animated one. */
const FORMS: Readonly<Record<string, string>> = { 'image/apng': 'image/png' }

/** Whether an allow-list names the type, or all of its kind where that is safe. */
export function isAccepted(contentType: string, types: readonly string[]): boolean {
  return types.some((type) => {
    if (!type.endsWith('/*')) return [contentType, FORMS[contentType]].includes(canonicalContentType(type))
    return contentType.startsWith(type.slice(0, -1)) && !isActiveContent(contentType)
  })
}

function declaredTypeOf(declared: string | null): string | null {
  if (declared === null || declared === '') return null
  const canonical = canonicalContentType(declared)
  // What a client says when it knows nothing.
  return canonical === 'application/octet-stream' ? null : canonical
}

function agrees(declared: string, sniffed: string): boolean {
  // One container, two names: whether an MP4 or WebM file has pictures is for the probe to say, not for its brand.
  return declared === sniffed || declared === FORMS[sniffed] || declared.split('/')[1] === sniffed.split('/')[1]
}

function reject(reason: RejectionReason, message: string): GateVerdict & { accepted: false } {
  return { accepted: false, reason, message }
}
