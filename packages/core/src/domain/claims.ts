import { canonicalContentType, kindOf, UNKNOWN_CONTENT_TYPE } from './content-types.ts'
import { filenameExtension } from './filename.ts'
import { isAccepted } from './is-accepted.ts'
import { familyOf, typesOf } from './type-lookup.ts'
import { GENERIC_NAMES, MISTAKEN, READINGS } from './type-tables/families.ts'

/** What a client says of its file, as far as it says something. */
export interface Claims {
  /** The declared type in its one spelling; `null` when it says nothing. */
  readonly declared: string | null
  /** Of the name, with its dot; `''` when there is none. */
  readonly extension: string
}

/** What of a declared type and a sanitised name says something about the bytes. */
export function claimsOf(declaredType: string | null, filename: string): Claims {
  const extension = filenameExtension(filename)
  const declared = canonicalContentType(declaredType ?? '')
  const isEmpty = declared === UNKNOWN_CONTENT_TYPE || (MISTAKEN[extension]?.includes(declared) ?? false)
  return { declared: isEmpty ? null : declared, extension }
}

/** Whether a declared type is a name of what the bytes are, or of the family or the kind of format that they are of. */
export function isNameOf(declared: string, contentType: string): boolean {
  return familyOf(contentType).includes(declared) || isGenericFor(declared, contentType)
}

/** Whether a declared type is true of the other, as of many more: a .docx is a ZIP. */
function isGenericFor(declared: string, contentType: string): boolean {
  return (READINGS[declared]?.includes(contentType) ?? false) || (GENERIC_NAMES[declared]?.test(contentType) ?? false)
}

/** Whether bytes that are as declared could be of a type that the list accepts. */
export function mayBeAccepted({ declared, extension }: Claims, types: readonly string[]): boolean {
  if (declared === null) return true
  const named = typesOf(extension)
  const kind = kindOf(declared)
  const meant = familyOf(declared).filter((type) => kindOf(type) === kind || kind === 'other' || named.includes(type))
  return (
    meant.some((type) => isAccepted(type, types)) ||
    types.some((type) => isGenericFor(declared, canonicalContentType(type)))
  )
}

/** Whether files of that name could be of a type that the list accepts. What no table knows says nothing. */
export function mayBeCalled({ extension }: Claims, types: readonly string[]): boolean {
  const named = typesOf(extension)
  return named.length === 0 || named.some((name) => familyOf(name).some((type) => isAccepted(type, types)))
}

/** What a file that has not come yet is said to be: its declared type, else an accepted one that its name stands for. */
export function claimedType(
  { declaredType, filename }: { readonly declaredType: string | null; readonly filename: string },
  types: readonly string[],
): string {
  const { declared, extension } = claimsOf(declaredType, filename)
  return declared ?? typesOf(extension).find((type) => isAccepted(type, types)) ?? UNKNOWN_CONTENT_TYPE
}
