import { canonicalContentType, isActiveContent } from './content-types.ts'
import { FORMS } from './type-tables/families.ts'

/** Whether an allow-list names the type, or all of its kind where that is safe. */
export function isAccepted(contentType: string, types: readonly string[]): boolean {
  return types.some((type) => {
    if (!type.endsWith('/*')) return [contentType, FORMS[contentType]].includes(canonicalContentType(type))
    return contentType.startsWith(type.slice(0, -1)) && !isActiveContent(contentType)
  })
}
