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
 * Saves the TypeScript of a page where the packages of the tests are installed. A block without a name becomes
 * `block-1.ts`, `block-2.ts`, … and exports its constants.
 *
 * @param given - The names that the application of the page has already. A module imports them, `rindle` from
 *   `rindle.ts`, or uses them without an import, as the examples in sentences do.
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
  let unnamed = 0
  for (const { name, language, text } of codeBlocks(page)) {
    const free = Object.keys(given).filter((each) => !text.includes(`from './${each}.ts'`))
    const start = free.length === 0 ? '' : `const { ${free.join(', ')} } = globalThis['${key}']; `
    // The application of the test takes the place of one that the page writes.
    if (Object.keys(given).some((each) => name === `${each}.ts`)) continue
    if (name !== undefined) await writeFile(path.join(directory, name), start + text)
    else if (language === 'ts') {
      unnamed += 1
      await writeFile(
        path.join(directory, `block-${unnamed}.ts`),
        start + text.replaceAll(/^const /gm, 'export const '),
      )
    }
  }
  return {
    path: (name) => path.join(directory, name),
    async [Symbol.asyncDispose]() {
      Reflect.deleteProperty(globalThis, key)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
