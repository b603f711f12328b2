import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Unpacks a fixture (see `fixtures/README.md`) into a directory, and returns its path. */
export async function unpack(name: string, directory: string): Promise<string> {
  const target = join(directory, name)
  await mkdir(target)
  await promisify(execFile)('tar', ['xzf', fixture(`${name}.tar.gz`), '-C', target])
  return target
}

/** The path of a file of the fixtures. */
export function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', name)
}

/** A hash of every file below a directory, with its name: the same only if nothing was changed, added or removed. */
export async function hashOfTree(directory: string): Promise<string> {
  const hash = createHash('sha256')
  const paths: string[] = []
  for await (const entry of glob('**/*', { cwd: directory, withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name))
  }
  for (const path of paths.toSorted()) hash.update(path).update(await readFile(path))
  return hash.digest('hex')
}
