/** The scope of the packages in this repository. */
export const OWN_SCOPE = '@rindle'

/**
 * The scope that a release publishes under: `RINDLE_SCOPE`, with or without its `@`, or {@link OWN_SCOPE}.
 *
 * @throws Error if the variable is no scope that npm accepts.
 */
export function releaseScope(env: Readonly<Record<string, string | undefined>>): string {
  const given = env['RINDLE_SCOPE']?.trim() ?? ''
  if (given === '') return OWN_SCOPE
  const name = given.replace(/^@/, '')
  if (/^[a-z0-9][a-z0-9._-]*$/.test(name)) return `@${name}`
  throw new Error(`RINDLE_SCOPE is "${given}". Use lowercase letters, digits, ".", "_" and "-", such as @acme.`)
}

/**
 * The name of a package in another scope: `@rindle/core` becomes `@acme/core`. A name without a scope belongs to the
 * owner of `@rindle`, so another owner's `create-rindle` is `@acme/create-rindle`. Pure.
 */
export function nameInScope(name: string, scope: string): string {
  if (scope === OWN_SCOPE) return name
  return name.startsWith(`${OWN_SCOPE}/`) ? `${scope}${name.slice(OWN_SCOPE.length)}` : `${scope}/${name}`
}

/** A file's text with every package of ours in the other scope: imports, dependencies, install lines. Pure. */
export function textInScope(text: string, scope: string): string {
  if (scope === OWN_SCOPE) return text
  return text
    .replaceAll(/@rindle(?=\/)/g, scope)
    .replaceAll(/(?<=\b(?:npm|pnpm|yarn|bun) create )rindle\b/g, `${scope}/rindle`)
}
