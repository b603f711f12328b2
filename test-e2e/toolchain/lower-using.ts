import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { transformSync } from 'rolldown/utils'

// Lets Node 22 run the sources: .ci/run gives it this file as `--import`. They say `using`, which it does not know; what is
// published is compiled without.
const HELPER = '@oxc-project/runtime/helpers/usingCtx'
const OWN_HELPER = new URL('./using-context.ts', import.meta.url).href
const SAYS_USING = /\busing \w+ [=:]/

// Asked for late: an install runs with this file, too, and brings the compiler.
const require = createRequire(import.meta.url)

/** JavaScript of a source of ours, if it has to be compiled. */
function lowered(url: string): string | null {
  if (!/^file:.*\.tsx?$/.test(url) || url.includes('/node_modules/')) return null
  const path = fileURLToPath(url)
  const source = readFileSync(path, 'utf8')
  if (!SAYS_USING.test(source)) return null
  const compiler = require('rolldown/utils') as { readonly transformSync: typeof transformSync }
  const { code, errors } = compiler.transformSync(path, source, { target: 'es2024' })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  return code
}

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === HELPER ? { url: OWN_HELPER, shortCircuit: true } : nextResolve(specifier, context),
  load: (url, context, nextLoad) => {
    const source = lowered(url)
    return source === null ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true }
  },
})
