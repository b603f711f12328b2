/** What `rindle init` adds to an environment file. */
export interface EnvAddition {
  /** The text to add at the end of the file; nothing if it has all. */
  readonly text: string
  /** The variables with a value. */
  readonly set: readonly string[]
  /** The variables that the user has to fill in. */
  readonly empty: readonly string[]
}

/**
 * The lines that a file lacks of these variables. A signing key is random; what only the user knows stays empty.
 *
 * @param present The text of the file; variables of the shell's environment do not count.
 */
export function envAddition(present: string, variables: readonly string[], signingKey: string): EnvAddition {
  const missing = variables.filter((name) => !new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(present))
  if (missing.length === 0) return { text: '', set: [], empty: [] }
  const lines = missing.map((name) => `${name}=${name === 'RINDLE_SIGNING_KEY' ? signingKey : ''}`)
  const separator = present === '' || present.endsWith('\n') ? '' : '\n'
  return {
    text: `${separator}${lines.join('\n')}\n`,
    set: missing.filter((name) => name === 'RINDLE_SIGNING_KEY'),
    empty: missing.filter((name) => name !== 'RINDLE_SIGNING_KEY'),
  }
}

/** Whether git leaves a file of the project's root out, as far as one line of `.gitignore` says so. Pure. */
export function isIgnored(gitignore: string, file: string): boolean {
  const patterns = gitignore.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ''))
  return patterns.some((pattern) => {
    const expression = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
    return pattern !== '' && new RegExp(`^${expression}$`).test(file)
  })
}
