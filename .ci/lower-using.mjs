// Lets Node 22 run the sources: .ci/run names this file in NODE_OPTIONS. Node 22 does not know `using`; published
// packages are compiled without it. Does nothing in any other Node.
import { readFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const HELPER = '@oxc-project/runtime/helpers/usingCtx'
const OWN_HELPER = new URL('../test-e2e/toolchain/using-context.ts', import.meta.url).href
const SAYS_USING = /\busing \w+ [=:]/

// The compiler is a dependency of the tests. It is loaded late, because an install runs with this file, too.
const require = createRequire(new URL('../test-e2e/package.json', import.meta.url))

function isOwnSource(url) {
  return /^file:.*\.tsx?$/.test(url) && !url.includes('/node_modules/')
}

function lowered(url) {
  const path = fileURLToPath(url)
  const source = readFileSync(path, 'utf8')
  if (!SAYS_USING.test(source)) return null
  const { code, errors } = require('rolldown/utils').transformSync(path, source, { target: 'es2024' })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0].message}`)
  return code
}

if (process.versions.node.startsWith('22.')) {
  module.registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === HELPER ? { url: OWN_HELPER, shortCircuit: true } : nextResolve(specifier, context),
    load: (url, context, nextLoad) => {
      const source = isOwnSource(url) ? lowered(url) : null
      return source === null ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true }
    },
  })
}
