/** A field of a query; `undefined` where it is missing or empty. Pure. */
export function given(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)?.trim()
  return text === '' ? undefined : text
}
