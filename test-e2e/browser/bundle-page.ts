import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

/** The page as one script for a browser, with the development build of React: its StrictMode does everything twice. */
export async function bundlePage(program = 'page-program.ts'): Promise<string> {
  const { output } = await build({
    input: fileURLToPath(new URL(`./page/${program}`, import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['dev-source', 'browser', 'import', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    logLevel: 'silent',
    write: false,
  })
  return output[0].code
}
