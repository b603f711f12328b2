/** A method, a path whose `:` segments match any text, and the function that answers them. */
export interface Route<T> {
  readonly method: string
  readonly path: string
  readonly handle: T
}

/** The routes of a table whose keys are `METHOD /path`. Pure. */
export function routesOf<T>(handles: Readonly<Record<string, T>>): readonly Route<T>[] {
  return Object.entries(handles).map(([route, handle]) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, path, handle }
  })
}

/** The route of a request; `params` are the values of the `:` segments, in their order. */
export type Match<T> =
  | { readonly found: 'route'; readonly route: Route<T>; readonly params: readonly string[] }
  | { readonly found: 'path'; readonly allow: string }
  | { readonly found: 'nothing' }

/** Finds the route of a request below the base path. Pure. */
export function matchRoute<T>(routes: readonly Route<T>[], method: string, path: string): Match<T> {
  const here = routes.flatMap((route) => {
    const params = paramsOf(route.path, path)
    return params === undefined ? [] : [{ route, params }]
  })
  const match = here.find(({ route }) => route.method === method)
  if (match !== undefined) return { found: 'route', ...match }
  const allow = here.map(({ route }) => route.method).join(', ')
  return allow === '' ? { found: 'nothing' } : { found: 'path', allow }
}

function paramsOf(pattern: string, path: string): readonly string[] | undefined {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (given.length !== expected.length) return undefined
  const params: string[] = []
  for (const [index, segment] of expected.entries()) {
    const text = given[index] ?? ''
    if (segment.startsWith(':') && text !== '') params.push(text)
    else if (segment !== text) return undefined
  }
  return params
}
