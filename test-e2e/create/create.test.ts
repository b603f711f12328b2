import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SignedRequest } from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import { freePort } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { Reader } from '../docs/reader.ts'
import { type PackageRegistry, startPackageRegistry } from '../support/package-registry.ts'
import { halfOfPhoto } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'

interface Combination {
  readonly framework: 'hono' | 'next'
  readonly media: 'images' | 'video'
  readonly database: 'embedded' | 'own'
}

const ALL: readonly Combination[] = (['hono', 'next'] as const).flatMap((framework) =>
  (['images', 'video'] as const).flatMap((media) =>
    (['embedded', 'own'] as const).map((database) => ({ framework, media, database })),
  ),
)
const FEW: readonly Combination[] = [{ framework: 'hono', media: 'images', database: 'embedded' }]
const COMBINATIONS = byRunLength('applications that create-rindle writes', {
  sample: 0,
  short: FEW.length,
  long: ALL.length,
})
const SOME = COMBINATIONS === ALL.length ? ALL : FEW
// What is published by others has another scope: an application of it must not need one package of ours.
const SCOPE = '@acme'

let home: string
let registry: PackageRegistry

describe.skipIf(COMBINATIONS === 0)('an application that npm create writes, from packages of another scope', () => {
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'rindle-create-'))
    // PostgreSQL does not run as root: the user it runs as must get to the database of the application.
    await chmod(home, 0o755)
    registry = await startPackageRegistry({ scope: SCOPE })
  }, 120_000)

  afterAll(async () => {
    await registry[Symbol.asyncDispose]()
    await rm(home, { recursive: true, force: true })
  })

  test.each(SOME)(
    'runs at once with $framework, $media and the database $database, and makes variants',
    {
      timeout: 300_000,
    },
    async ({ framework, media, database }) => {
      const name = `${framework}-${media}-${database}`
      await using own = await createTestDatabase({ migrated: false })
      const PORT = String(await freePort())
      const reader = new Reader(home, { ...registry.environment, PORT, NEXT_TELEMETRY_DISABLED: '1' })
      const url = database === 'own' ? own.url : 'embedded'
      // npx keeps a package by its version, so an earlier build of this one would run from the cache of all.
      const cache = `npm_config_cache=${path.join(home, 'npx')}`
      const flags = `--framework ${framework} --media ${media} --database '${url}' --no-install`
      await reader.type(`${cache} npm create --yes ${SCOPE}/rindle@latest ${name} -- ${flags}`)
      await reader.type(`cd ${name}\nnpm install`)
      const manifest = await readFile(path.join(reader.directory, 'package.json'), 'utf8')
      expect(manifest).toContain(`"${SCOPE}/core"`)
      expect(manifest).not.toContain('@rindle/')
      await reader.type('npm run typecheck')
      if (framework === 'hono' && media === 'images') await initialize(reader)
      if (framework === 'hono') {
        const wrong = reader.type('PORT=abc npm start')
        await expect(wrong).rejects.toThrow('\nPORT must be a whole number from 1 to 65535, not "abc".\n')
      }
      const address = await reader.serve('npm run dev')
      try {
        // It is in the gallery when its damage is found, and the gallery must show the others.
        const damaged = await sent(address, 'photo', 'image/jpeg', await halfOfPhoto())
        expect(await settled(address, damaged)).toMatchObject({ state: 'quarantined', errorReason: 'corrupt_media' })
        const photo = sharp({ create: { width: 800, height: 600, channels: 3, background: 'teal' } }).jpeg()
        expect(await uploaded(address, 'photo', 'image/jpeg', await photo.toBuffer())).toEqual([
          'image/webp',
          'image/webp',
        ])
        if (media === 'video') {
          await makeClip(home, { size: '320x180', seconds: 1 })
          const clip = await readFile(path.join(home, 'clip-320x180-1.mp4'))
          expect(await uploaded(address, 'film', 'video/mp4', clip)).toEqual(['image/jpeg', 'video/mp4'])
        }
        const shown = await fetch(`${address}${framework === 'hono' ? '/gallery' : '/'}`)
        expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('"/rindle/files/')])
      } finally {
        await reader.stop()
      }
      await vi.waitFor(async () => expect(await running(reader.directory)).toEqual([]), { timeout: 20_000 })
    },
  )
})

/** Adds Rindle to projects of other frameworks inside of an application, whose packages they find. */
async function initialize(reader: Reader): Promise<void> {
  const { directory } = reader
  for (const framework of ['none', 'express', 'next', '@sveltejs/kit']) {
    const project = path.join(directory, 'projects', framework.replaceAll(/\W/g, ''))
    const dependencies = { [framework]: '*', typescript: '*' }
    await mkdir(project, { recursive: true })
    await writeFile(path.join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
    expect(await reader.type(`cd ${project}\nnpx rindle init`)).toContain(`npm install ${SCOPE}/cli ${SCOPE}/core`)
  }
  const flags = '--noEmit --strict --module preserve --target es2024 --types node --skipLibCheck'
  const files = '$(find projects -name "*.ts")'
  await reader.type(`cd ${directory}\nnpx tsc ${flags} --ignoreConfig --allowImportingTsExtensions ${files}`)
}

/** What the route answers about an asset. */
interface AnsweredAsset {
  readonly state: string
  readonly settled: boolean
  readonly errorReason: string | null
  readonly variants: Readonly<Record<string, { readonly url: string | null }>>
}

async function ask<T>(address: string, route: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const json = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  const method = route.startsWith('/uploads') ? 'POST' : 'GET'
  const answer = await fetch(`${address}/rindle${route}`, { method, ...json })
  expect([route, answer.status]).toEqual([route, expect.toSatisfy((status: number) => status < 300)])
  return (await answer.json()) as T
}

/** Sends a file as the page does; gives the id of its asset. */
async function sent(address: string, profile: string, contentType: string, bytes: Buffer): Promise<string> {
  const declared = { profile, slot: 'gallery', filename: `a ${profile}`, contentType, byteSize: bytes.length }
  const { id, assetId, request } = await ask<{ id: string; assetId: string; request: SignedRequest }>(
    address,
    '/uploads',
    declared,
  )
  await fetch(new URL(request.url, address), {
    method: request.method,
    headers: request.headers,
    body: new Uint8Array(bytes),
  })
  await ask(address, `/uploads/${id}/complete`)
  return assetId
}

/** The asset when nothing of it changes any more. */
async function settled(address: string, assetId: string): Promise<AnsweredAsset> {
  return vi.waitFor(
    async () => {
      const asset = await ask<AnsweredAsset>(address, `/assets/${assetId}`)
      expect(asset.settled).toBe(true)
      return asset
    },
    { timeout: 60_000, interval: 200 },
  )
}

/** Sends a file as the page does; gives the types of its variants, sorted. */
async function uploaded(address: string, profile: string, contentType: string, bytes: Buffer): Promise<string[]> {
  const asset = await settled(address, await sent(address, profile, contentType, bytes))
  expect(asset.state).toBe('ready')
  const types = Object.values(asset.variants).map(async ({ url }) => {
    return (await fetch(new URL(url ?? '', address))).headers.get('content-type') ?? ''
  })
  return (await Promise.all(types)).toSorted()
}

/** The databases that still run: each ends a moment after its program. */
async function running(directory: string): Promise<string[]> {
  const files = await readdir(path.join(directory, '.rindle'), { recursive: true }).catch(() => [])
  return files.filter((file) => file.endsWith('postmaster.pid'))
}
