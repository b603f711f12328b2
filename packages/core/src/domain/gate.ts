import type { AcceptRules } from './accept.ts'
import { type Claims, claimsOf, isNameOf, mayBeAccepted, mayBeCalled } from './claims.ts'
import { extensionsOf, isActiveContent, kindOf } from './content-types.ts'
import { withExtension } from './filename.ts'
import { isAccepted } from './is-accepted.ts'
import { readingOf } from './reading.ts'
import { familyOf, typesOf, UNKNOWN_CONTENT_TYPE } from './type-lookup.ts'

/** Why the gate refuses bytes; stored as the asset's `errorReason`. */
export type RejectionReason =
  | 'empty_file'
  | 'max_bytes_exceeded'
  | 'unknown_type'
  | 'mime_not_allowed'
  | 'extension_not_allowed'
  | 'extension_mime_mismatch'
  | 'declared_mime_mismatch'

/** The facts about a file before its bytes arrive. */
export interface DeclaredFile {
  /** The type that the client declared. */
  readonly declaredType: string | null
  /** The sanitised name. */
  readonly filename: string
  /** `null` while unknown; the bytes are then counted as they arrive. */
  readonly byteSize: number | null
}

/** The facts about a file that the gate reads. */
export interface GateInput extends DeclaredFile {
  /** The type of the bytes; `undefined` when no known signature matches. */
  readonly sniffedType: string | undefined
}

/** The gate's decision. */
export type GateVerdict =
  | {
      readonly accepted: true
      readonly contentType: string
      /** The name, with an extension of the content type. */
      readonly filename: string
    }
  | Refused

/** A file that the gate refuses, and the reason. */
interface Refused {
  readonly accepted: false
  readonly reason: RejectionReason
  readonly message: string
}

/**
 * Decides about a file by its size, magic bytes, allow-list, extension and declared type, in this order. A file without
 * bytes, if the profile takes one, is judged by the last three. A name of another type of the same kind is corrected,
 * unless the profile refuses it. A name of another kind, or of a type that a browser may run, is always refused. Pure.
 */
export function judgeFile(input: GateInput, accept: AcceptRules): GateVerdict {
  const { sniffedType, filename } = input
  const wrongSize = judgeSize(input, accept)
  if (wrongSize !== null) return wrongSize
  if (input.byteSize === 0) return judgeEmpty(input, accept)
  if (sniffedType === undefined) {
    return rejectedFor('unknown_type', `The file has no known type. ${acceptedBy(accept)}`)
  }
  const claims = claimsOf(input.declaredType, filename)
  const contentType = readingOf(sniffedType, claims, accept.types)
  if (!isAccepted(contentType, accept.types)) {
    return rejectedFor('mime_not_allowed', `The file is ${contentType}. ${acceptedBy(accept)}`)
  }
  return judgeNames(claims, filename, contentType, accept)
}

/**
 * Decides what can be decided before the bytes arrive. A declared type that says nothing decides nothing. A declared
 * type or an extension that the profile does not accept is refused now. `null`: go on, the gate decides. Pure.
 */
export function judgeDeclared(input: DeclaredFile, accept: AcceptRules): Refused | null {
  const wrongSize = judgeSize(input, accept)
  if (wrongSize !== null) return wrongSize
  if (input.byteSize !== 0) return judgeClaims(input, accept)
  const verdict = judgeEmpty(input, accept)
  return verdict.accepted ? null : verdict
}

/** The rejection of a file without bytes. */
export function emptyFile(): Refused {
  return rejectedFor('empty_file', 'The file is empty.')
}

/** Judges a file without bytes by its declared type and its name; no type that is decoded fits. */
function judgeEmpty(input: DeclaredFile, accept: AcceptRules): GateVerdict {
  const refused = judgeClaims(input, accept)
  if (refused !== null) return refused
  const { declaredType, filename } = input
  const { declared, extension } = claimsOf(declaredType, filename)
  const claimed = [...(declared === null ? [] : [declared]), ...typesOf(extension), UNKNOWN_CONTENT_TYPE]
  const contentType = claimed.find((type) => kindOf(type) === 'other' && isAccepted(type, accept.types))
  if (contentType !== undefined) return { accepted: true, contentType, filename }
  return rejectedFor('empty_file', `The file is empty, and no accepted type may be empty. ${acceptedBy(accept)}`)
}

function judgeClaims(input: DeclaredFile, accept: AcceptRules): Refused | null {
  const claims = claimsOf(input.declaredType, input.filename)
  const { declared, extension } = claims
  if (declared !== null && !mayBeAccepted(claims, accept.types)) {
    return rejectedFor('mime_not_allowed', `The file was declared as ${declared}. ${acceptedBy(accept)}`)
  }
  if (extension === '') return null
  const unlisted = judgeExtension(extension, accept)
  if (unlisted !== null) return unlisted
  if (declared !== null && isContradiction(claims, declared, accept)) {
    return rejectedFor(
      'extension_mime_mismatch',
      `The file is named ${called(extension)}, but was declared as ${declared}.`,
    )
  }
  if (accept.extensions !== null || mayBeCalled(claims, accept.types)) return null
  return rejectedFor(
    'extension_not_allowed',
    `Files named ${called(extension)} are not accepted. ${acceptedBy(accept)}`,
  )
}

/** The rejection of a file that is larger than its profile allows. */
export function tooLarge(maxBytes: number): Refused {
  return rejectedFor('max_bytes_exceeded', `The file is larger than the accepted ${maxBytes} bytes.`)
}

function judgeSize({ byteSize }: DeclaredFile, { maxBytes, allowEmpty }: AcceptRules): Refused | null {
  if (byteSize === 0 && !allowEmpty) return emptyFile()
  return byteSize !== null && byteSize > maxBytes ? tooLarge(maxBytes) : null
}

function judgeNames(claims: Claims, filename: string, contentType: string, accept: AcceptRules): GateVerdict {
  const { declared, extension } = claims
  const unlisted = judgeExtension(extension, accept)
  if (unlisted !== null) return unlisted
  const right = rightExtension(extension, contentType, accept)
  if (right === null) {
    const message = `The file is named ${called(extension)}, but its bytes are ${contentType}.`
    return rejectedFor('extension_mime_mismatch', message)
  }
  if (declared !== null && !isNameOf(declared, contentType) && !mayBeCorrected([declared], contentType, accept)) {
    return rejectedFor(
      'declared_mime_mismatch',
      `The file was declared as ${declared}, but its bytes are ${contentType}.`,
    )
  }
  return { accepted: true, contentType, filename: right === extension ? filename : withExtension(filename, right) }
}

function judgeExtension(extension: string, { extensions }: AcceptRules): Refused | null {
  if (extension === '' || extensions === null || extensions.includes(extension)) return null
  return rejectedFor('extension_not_allowed', `Files named ${extension} are not accepted: ${extensions.join(', ')}.`)
}

/**
 * Returns the extension to store. It stays where it belongs to the type or its family, or where it is unknown and the
 * profile lists it. It becomes the type's own where it may be corrected. `null`: neither.
 */
function rightExtension(extension: string, contentType: string, accept: AcceptRules): string | null {
  if (extension === '' || extensionsOf(contentType).includes(extension)) return extension
  const named = typesOf(extension)
  if (named.length === 0) return accept.extensions === null ? null : extension
  if (!mayBeCorrected(named, contentType, accept)) return null
  return extensionsOf(contentType).find((own) => accept.extensions?.includes(own) ?? true) ?? null
}

/** Whether no bytes can have both the declared type and a type of the name. */
function isContradiction({ extension }: Claims, declared: string, accept: AcceptRules): boolean {
  const named = typesOf(extension).flatMap(familyOf)
  if (extensionsOf(declared).includes(extension) || named.some((type) => isNameOf(declared, type))) return false
  return named.length === 0 ? accept.extensions === null : !mayBeCorrected(named, declared, accept)
}

/** Whether a name of these types may be corrected to the other type: same kind, neither active. */
function mayBeCorrected(named: readonly string[], contentType: string, { extensionMismatch }: AcceptRules): boolean {
  const kind = kindOf(contentType)
  if (extensionMismatch === 'reject' || kind === 'other' || isActiveContent(contentType)) return false
  return named.some((type) => kindOf(type) === kind && !isActiveContent(type))
}

/** An extension and its types, for a message. */
function called(extension: string): string {
  const named = typesOf(extension)
  return named.length === 0 ? extension : `${extension} (${named.join(', ')})`
}

function acceptedBy({ types }: AcceptRules): string {
  return `Accepted: ${types.join(', ')}.`
}

function rejectedFor(reason: RejectionReason, message: string): Refused {
  return { accepted: false, reason, message }
}
