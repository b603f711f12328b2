import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** The packages that a new process has loaded after it imported a module. */
function packagesAfter(specifier: string): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module'
    const urls = new Set()
    registerHooks({ load: (url, context, next) => (urls.add(url), next(url, context)) })
    await import(${JSON.stringify(specifier)})
    console.log(JSON.stringify([...urls]))`
  const output = execFileSync(
    process.execPath,
    ['--conditions=dev-source', '--no-warnings', '--input-type=module', '-e', program],
    { encoding: 'utf8', cwd: new URL('..', import.meta.url) },
  )
  const urls = JSON.parse(output) as readonly string[]
  return [
    ...new Set(urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1] ?? [])),
  ]
}

it('the entry for recipes loads no sharp, so that a web process needs none', () => {
  const packages = packagesAfter('@rindle/processor-image/recipes')
  expect(packages).toContain('zod')
  expect(packages.filter((name) => /sharp|img/.test(name))).toEqual([])
})
