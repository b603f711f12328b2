/** What `rindle init` adds to an environment file. */
export interface EnvAddition {
  /** The text to add at the end of the file; nothing if it lacks nothing that can be made up. */
  readonly text: string
  /** The variables with a value that was made up. */
  readonly set: readonly string[]
  /** The variables that only the user knows. They get no line: an empty one would hide that of another file. */
  readonly unknown: readonly string[]
}

/**
 * The line that a project lacks of these variables: a signing key, which is random. Pure.
 *
 * @param file The text of the file to add to.
 * @param known The variables that this file, another one or the shell sets.
 */
export function envAddition(
  file: string,
  known: ReadonlySet<string>,
  variables: readonly string[],
  signingKey: string,
): EnvAddition {
  const missing = variables.filter((name) => !known.has(name))
  const unknown = missing.filter((name) => name !== 'RINDLE_SIGNING_KEY')
  if (!missing.includes('RINDLE_SIGNING_KEY')) return { text: '', set: [], unknown }
  const separator = file === '' || file.endsWith('\n') ? '' : '\n'
  return { text: `${separator}RINDLE_SIGNING_KEY=${signingKey}\n`, set: ['RINDLE_SIGNING_KEY'], unknown }
}

/** Whether git leaves a file of the project's root out, as far as one line of `.gitignore` says so. Pure. */
export function isIgnored(gitignore: string, file: string): boolean {
  const patterns = gitignore.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ''))
  return patterns.some((pattern) => {
    const expression = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
    return pattern !== '' && new RegExp(`^${expression}$`).test(file)
  })
}
