/** The Node that `engines` of the packages name. */
const OLDEST = [22, 12] as const

/**
 * Says why a version of Node cannot run the command, and what to do. `undefined` if it can. Pure.
 *
 * @param version As in `process.versions.node`.
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  const wanted = `Node ${OLDEST.join('.')} or newer`
  return `Rindle needs ${wanted}, and this is Node ${version}. \`npm install node@24\` installs one into the project, for npx and npm's scripts.`
}
