import { canonicalContentType, isActiveContent } from './content-types.ts'
import { FILMS_OF_OTHER_NAMES, FORMS } from './type-tables/families.ts'

/** Whether an allow-list names the type, or all of its kind where that is safe. */
export function isAccepted(contentType: string, types: readonly string[]): boolean {
  return types.some((type) => {
    if (!type.endsWith('/*')) return [contentType, FORMS[contentType]].includes(canonicalContentType(type))
    if (type === 'video/*' && FILMS_OF_OTHER_NAMES.includes(contentType)) return true
    return contentType.startsWith(type.slice(0, -1)) && !isActiveContent(contentType)
  })
}
