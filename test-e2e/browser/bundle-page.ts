import path from 'node:path'
import { build } from 'rolldown'

/**
 * The page as one script for a browser, with the development build of React: its StrictMode does everything twice.
 *
 * @param program - A path, or the name of a program in `page`.
 */
export async function bundlePage(program = 'page-program.ts'): Promise<string> {
  const { output } = await build({
    input: path.resolve(import.meta.dirname, 'page', program),
    platform: 'browser',
    resolve: { conditionNames: ['dev-source', 'browser', 'import', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    logLevel: 'silent',
    write: false,
  })
  return output[0].code
}
