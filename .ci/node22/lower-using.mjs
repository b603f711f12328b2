// Lets Node 22 run the sources: `node --import=<this file>`, by NODE_OPTIONS in a cell. They say `using`, which it does
// not know; what is published is compiled without. Elsewhere it does nothing.
import { readFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const HELPER = '@oxc-project/runtime/helpers/usingCtx'
const SAYS_USING = /\busing \w+ [=:]/

// The compiler is one of the repository's own dependencies, which are not installed yet when the first command begins.
const require = createRequire(new URL('../../test-e2e/package.json', import.meta.url))

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
    resolve(specifier, context, nextResolve) {
      if (specifier !== HELPER) return nextResolve(specifier, context)
      return { url: new URL('using-context.mjs', import.meta.url).href, format: 'module', shortCircuit: true }
    },
    load(url, context, nextLoad) {
      const source = isOwnSource(url) ? lowered(url) : null
      return source === null ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true }
    },
  })
}
