import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { codeBlocks, repository } from './code-blocks.ts'

/** The files of a page in a directory, to be imported. */
export interface SavedPage extends AsyncDisposable {
  /** The path of a file. */
  readonly path: (name: string) => string
}

/**
 * Saves the files of a page where the packages of the tests are installed.
 *
 * @param given - What its modules import from the application: the export `rindle` of `rindle.ts`, and so on.
 */
export async function savePage(page: string, given: Readonly<Record<string, unknown>>): Promise<SavedPage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-recipe-'))
  const key = `rindle.test.${path.basename(directory)}`
  Object.assign(globalThis, { [key]: given })
  await symlink(path.join(repository, 'test-e2e/node_modules'), path.join(directory, 'node_modules'))
  await writeFile(path.join(directory, 'package.json'), '{ "type": "module" }')
  for (const name of Object.keys(given)) {
    await writeFile(path.join(directory, `${name}.ts`), `export const ${name} = globalThis['${key}'].${name}\n`)
  }
  for (const { name, text } of codeBlocks(page)) {
    if (name !== undefined) await writeFile(path.join(directory, name), text)
  }
  return {
    path: (name) => path.join(directory, name),
    async [Symbol.asyncDispose]() {
      Reflect.deleteProperty(globalThis, key)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
