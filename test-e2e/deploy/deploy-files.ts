import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The directory of the deployment's files. */
export const deployment: string = path.resolve(import.meta.dirname, '../../examples/deploy')

/** The text of one of them. */
export function deployFile(name: string): string {
  return readFileSync(path.join(deployment, name), 'utf8')
}
