import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generate } from './generate.ts'

const site = path.resolve(import.meta.dirname, '..')
await Promise.all(['reference', 'parts'].map((folder) => rm(path.join(site, folder), { recursive: true, force: true })))
const files = await generate()
for (const [name, text] of files) {
  const file = path.join(site, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}
console.log(`${files.size} pages generated.`)
