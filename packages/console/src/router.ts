/** A route that matches a request; `params` are the values of the `:` segments, in their order. */
export interface Match<T> {
  readonly handle: T
  readonly params: readonly string[]
}

/** Finds the route of a request below the base path in a table whose keys are `METHOD /path`. Pure. */
export function matchRoute<T>(routes: Readonly<Record<string, T>>, method: string, path: string): Match<T> | undefined {
  for (const [route, handle] of Object.entries(routes)) {
    const [wanted = '', pattern = ''] = route.split(' ')
    const params = wanted === method ? paramsOf(pattern, path) : undefined
    if (params !== undefined) return { handle, params }
  }
  return undefined
}

function paramsOf(pattern: string, path: string): readonly string[] | undefined {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (given.length !== expected.length) return undefined
  const params: string[] = []
  for (const [index, segment] of expected.entries()) {
    const text = given[index] ?? ''
    if (segment.startsWith(':') && text !== '') params.push(decoded(text))
    else if (segment !== text) return undefined
  }
  return params
}

/** A malformed escape names nothing that exists, so the text stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
