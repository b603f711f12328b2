import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTestDatabase } from '@rindle/test-database'
import { freePort } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { codeBlocks, repository } from '../docs/code-blocks.ts'
import { startPackageRegistry } from '../support/package-registry.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { type FreshApplication, installFresh } from './fresh-application.ts'

const COMMON = [
  '@rindle/core',
  '@rindle/prisma',
  '@rindle/storage-local',
  '@rindle/jobs-pgboss',
  '@rindle/http',
  '@rindle/cli',
]
const IMAGES = [...COMMON, '@rindle/processor-image', '@rindle/client', 'express@5.3.0']
const TYPES = ['@rindle/react', '@rindle/storage-s3', '@types/node@24.19.2', '@types/react@19.3.0', 'react@19.3.1']
// Packages that some of ours leave to the application.
const PEERS = ['@opentelemetry/api@1.9.1', 'react@19.3.1', 'sharp@0.35.5', 'vitest@5.1.0']
const TYPESCRIPTS = { 'typescript-5.9': '5.9.3', 'typescript-6.0': '6.0.3', 'typescript-7.0': '7.0.2' }
const MOST_LINES = 40
const IS_INSTALLED = byRunLength('installs of every package, with every compiler', {
  sample: false,
  short: true,
  long: true,
})
const RANGE = { status: 206, byteLength: 100, range: expect.stringMatching(/^bytes 100-199\/\d+$/) }
const MODULES = { bundler: 'ESNext', node16: 'Node16', nodenext: 'NodeNext' }

let images: FreshApplication
let recordings: FreshApplication

describe.skipIf(!IS_INSTALLED)('what is published, installed in a fresh project', () => {
  beforeAll(async () => {
    await using registry = await startPackageRegistry()
    const compilers = Object.entries(TYPESCRIPTS).map(([name, version]) => `${name}@npm:typescript@${version}`)
    // One after the other: npm locks nothing in the cache that both fill.
    images = await installFresh(registry, [...IMAGES, ...TYPES, ...compilers])
    recordings = await installFresh(registry, [...published().map((name) => registry.specifierOf(name)), ...PEERS])
  }, 240_000)
  afterAll(async () => {
    await images[Symbol.asyncDispose]()
    await recordings[Symbol.asyncDispose]()
  })

  it('an application of pictures has nothing of FFmpeg, and a file lives its whole life in it', {
    timeout: 60_000,
  }, async () => {
    const folders = await images.installed()
    expect(folders).toContain('@rindle/processor-image')
    expect(folders.filter((folder) => /ffmpeg|ffprobe|processor-av/i.test(folder))).toEqual([])
    await writeFile(path.join(images.directory, 'photo.jpg'), await quadrants(640, 480))
    expect(await liveThrough(images, 'image', 'photo.jpg')).toEqual({
      state: 'ready',
      kind: 'image',
      made: { thumb: { state: 'ready', type: 'image/webp', ...RANGE } },
      remaining: [],
    })
  })

  it('an application of recordings transcodes, has a poster, and plays from the middle', {
    timeout: 90_000,
  }, async () => {
    expect(await recordings.installed()).toContain('@ffmpeg-installer/ffmpeg')
    await makeClip(recordings.directory, { size: '640x360', seconds: 2 })
    expect(await liveThrough(recordings, 'av', 'clip-640x360-2.mp4')).toEqual({
      state: 'ready',
      kind: 'video',
      made: {
        poster: { state: 'ready', type: 'image/jpeg', ...RANGE },
        video: { state: 'ready', type: 'video/mp4', ...RANGE },
      },
      remaining: [],
    })
  })

  it('every package that is published is there, and can be loaded', { timeout: 60_000 }, async () => {
    const names = published()
    expect(names.length).toBeGreaterThan(12)
    const program = `for (const name of ${JSON.stringify(names)}) {
    const { length } = Object.keys(await import(name))
    if (length === 0) console.log(name + ' exports nothing')
  }`
    expect(await recordings.run(process.execPath, ['--input-type=module', '--eval', program])).toBe('')
  })

  it(`avatars in Express are at most ${MOST_LINES} lines, and what the README says`, { timeout: 60_000 }, async () => {
    const blocks = codeBlocks('packages/http/README.md')
    const program = blocks.find(({ name }) => name === 'avatars.ts')?.text ?? ''
    const lines = program.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'))
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES)
    await using database = await createTestDatabase({ migrated: false })
    const environment = {
      DATABASE_URL: database.url,
      RINDLE_SIGNING_KEY: randomBytes(32).toString('hex'),
      PORT: String(await freePort()),
    }
    await images.keep('avatars.ts', program)
    await images.run('npx', ['--no', 'rindle', 'migrate'], environment)
    await using served = await images.serve('avatars.ts', environment)
    expect((await fetch(`${served.address}/users/ana/avatar`)).status).toBe(404)
    await images.copy('upload-avatar-program.ts')
    await writeFile(path.join(images.directory, 'me.jpg'), await quadrants(640, 480))
    expect(await images.run(process.execPath, ['upload-avatar-program.ts', served.address, 'me.jpg'])).toBe('ready')
    const shown = await fetch(`${served.address}/users/ana/avatar`)
    const { format, width, height } = await sharp(Buffer.from(await shown.arrayBuffer())).metadata()
    expect({ format, width, height }).toEqual({ format: 'webp', width: 160, height: 160 })
  })

  describe.each(Object.keys(TYPESCRIPTS))('the types, for %s,', (typescript) => {
    const compiler = `node_modules/${typescript}/bin/tsc`
    const common = { target: 'ES2022', lib: ['ES2022', 'DOM', 'ESNext.Disposable'], types: ['node'], strict: true }

    test.each(Object.entries(MODULES))(
      'fit an application that resolves modules as %s',
      { timeout: 60_000 },
      async (moduleResolution, module) => {
        // The declarations of packages are checked once for each compiler, because that takes long.
        const skipLibCheck = moduleResolution !== 'nodenext'
        const compilerOptions = { ...common, module, moduleResolution, skipLibCheck, noEmit: true }
        const project = `tsconfig-${typescript}-${moduleResolution}.json`
        await images.copy('typed-consumer.ts')
        await images.keep(project, JSON.stringify({ compilerOptions, files: ['typed-consumer.ts'] }))
        const output = await images.run(process.execPath, [compiler, '-p', project]).catch(outputOf)
        // pg-boss 12.35 is published with a declaration that names a type it does not have.
        expect(output.split('\n').filter((line) => line !== '' && !line.startsWith('node_modules/pg-boss/'))).toEqual(
          [],
        )
      },
    )
  })

  it('the types of the handler fit a server that has none of a browser', { timeout: 60_000 }, async () => {
    const compilerOptions = {
      target: 'ES2022',
      lib: ['ES2022', 'ESNext.Disposable'],
      types: ['node'],
      strict: true,
      module: 'NodeNext',
      skipLibCheck: false,
      noEmit: true,
    }
    await images.keep(
      'server-types.ts',
      "export { createHandler, type WireAsset } from '@rindle/http'\nexport { rindleRoutes } from '@rindle/http/next'\nexport { openApi } from '@rindle/http/openapi'\n",
    )
    await images.keep('tsconfig-server.json', JSON.stringify({ compilerOptions, files: ['server-types.ts'] }))
    const compiler = 'node_modules/typescript-7.0/bin/tsc'
    expect(await images.run(process.execPath, [compiler, '-p', 'tsconfig-server.json']).catch(outputOf)).toBe('')
  })
})

/** The names of the packages that are not private. */
function published(): readonly string[] {
  const folder = path.join(repository, 'packages')
  const manifests = readdirSync(folder).map((name) => readFileSync(path.join(folder, name, 'package.json'), 'utf8'))
  const packages = manifests.map((text) => JSON.parse(text) as { readonly name: string; readonly private?: boolean })
  return packages.filter(({ private: isPrivate }) => isPrivate !== true).map(({ name }) => name)
}

async function liveThrough(application: FreshApplication, lane: string, file: string): Promise<unknown> {
  await using database = await createTestDatabase({ migrated: false })
  await application.copy('lane-program.ts')
  const program = ['lane-program.ts', lane, file]
  return JSON.parse(await application.run(process.execPath, program, { DATABASE_URL: database.url }))
}

function outputOf(error: unknown): string {
  const { stdout = '', message } = error as Error & { stdout?: string }
  return stdout === '' ? message : stdout
}
