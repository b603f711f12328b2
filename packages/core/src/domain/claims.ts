import { canonicalContentType, kindOf, UNKNOWN_CONTENT_TYPE } from './content-types.ts'
import { filenameExtension } from './filename.ts'
import { isAccepted } from './is-accepted.ts'
import { familyOf, typesOf } from './type-lookup.ts'
import { GENERIC_NAMES, MISTAKEN, READINGS } from './type-tables/families.ts'

/** The client's claims about its file, without those that say nothing. */
export interface Claims {
  /** The declared type in its canonical spelling; `null` when it says nothing. */
  readonly declared: string | null
  /** The extension of the name, with its dot; `''` when it has none. */
  readonly extension: string
}

/** Reads the claims out of a declared type and a sanitised name. */
export function claimsOf(declaredType: string | null, filename: string): Claims {
  const extension = filenameExtension(filename)
  const declared = canonicalContentType(declaredType ?? '')
  const isEmpty = declared === UNKNOWN_CONTENT_TYPE || (MISTAKEN[extension]?.includes(declared) ?? false)
  return { declared: isEmpty ? null : declared, extension }
}

/** Whether a declared type names the type of the bytes, its family or its kind of format. */
export function isNameOf(declared: string, contentType: string): boolean {
  return familyOf(contentType).includes(declared) || isGenericFor(declared, contentType)
}

/** Whether a declared type is a generic name for the other type, as ZIP is for a .docx. */
function isGenericFor(declared: string, contentType: string): boolean {
  return (READINGS[declared]?.includes(contentType) ?? false) || (GENERIC_NAMES[declared]?.test(contentType) ?? false)
}

/** Whether the declared type, if true, allows a type that the list accepts. */
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

/** Whether files of that name can have a type that the list accepts. An unknown extension says nothing. */
export function mayBeCalled({ extension }: Claims, types: readonly string[]): boolean {
  const named = typesOf(extension)
  return named.length === 0 || named.some((name) => familyOf(name).some((type) => isAccepted(type, types)))
}

/** The likely type of a file that has not arrived yet: its declared type, else an accepted type of its extension. */
export function claimedType(
  { declaredType, filename }: { readonly declaredType: string | null; readonly filename: string },
  types: readonly string[],
): string {
  const { declared, extension } = claimsOf(declaredType, filename)
  return declared ?? typesOf(extension).find((type) => isAccepted(type, types)) ?? UNKNOWN_CONTENT_TYPE
}
