import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { expect, it } from 'vitest'

/** The whole package as a browser would get it. */
async function bundle(): Promise<OutputChunk> {
  const build = await rolldown({
    input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
    platform: 'browser',
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  expect(output).toHaveLength(1)
  return output[0]
}

it('a bundle is smaller than 8 kB, loads nothing, and holds nothing of a server', async () => {
  const { code, imports, dynamicImports, moduleIds } = await bundle()
  const gzippedBytes = gzipSync(code).byteLength
  console.log(`@rindle/client: ${gzippedBytes} bytes, minified and gzipped.`)
  expect(gzippedBytes).toBeLessThan(8_000)
  expect([...imports, ...dynamicImports]).toEqual([])
  // A program of its own, which a bundler of the application finds by this form.
  expect(code).toMatch(/new Worker\(new URL\([`'"].\/sha256-worker\.js[`'"], ?import\.meta\.url\)/)
  expect(code).not.toMatch(/node:|\brequire\(|process\.|sharp|\bpg\b/)
  expect(moduleIds.filter((id) => !id.includes('/packages/client/src/') && !id.startsWith('\0'))).toEqual([])
})
