import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { type PackageRegistry, startPackageRegistry } from '../support/package-registry.ts'
import { byRunLength } from '../support/run-length.ts'
import { changeAvatarInBrowser, changeAvatarOverHttp } from './avatar-visitor.ts'
import { followPage } from './followed-page.ts'
import { changeAvatarWithActions, serverActionFiles } from './server-action-visitor.ts'

type Servers = Readonly<Record<string, string>>

const NODE = 'npx node server.ts'
const BUILT = 'npx node --env-file=.env'

/** The command of each page that keeps running. */
const SERVERS: Servers = {
  node: NODE,
  hono: NODE,
  express: NODE,
  fastify: NODE,
  nextjs: 'npx next start',
  nestjs: 'npx node dist/main.js',
  sveltekit: `${BUILT} build`,
  nuxt: `${BUILT} .output/server/index.mjs`,
  'tanstack-start': `${BUILT} .output/server/index.mjs`,
}

/** Pages that install nearly the same packages. */
const SMALL: ReadonlySet<string> = new Set(['node', 'hono', 'express', 'fastify', 'nextjs'])

// The first page, that of forty lines and the starter take a reader through Node's own server, Next.js and Hono as well.
const servers: Servers =
  byRunLength('a reader who follows the pages of frameworks', {
    sample: null,
    short: { express: NODE },
    long: SERVERS,
  }) ?? {}
const chromium = findChromium()
const pages = Object.keys(servers)

describe.skipIf(pages.length === 0)('the page of a framework, followed to the letter, ends with an avatar', () => {
  let registry: PackageRegistry
  let browser: Browser | undefined
  let place: string
  // Each small page begins with the packages of the one before.
  let modules: string | undefined

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'rindle-modules-'))
    registry = await startPackageRegistry()
    if (chromium !== undefined) browser = await launchChromium(chromium)
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await registry[Symbol.asyncDispose]()
    await rm(place, { recursive: true, force: true })
  })

  test.each(pages)('%s', { timeout: 400_000 }, async (name) => {
    // Taken, so that a page that fails leaves nothing behind that has been moved.
    const taken = SMALL.has(name) ? modules : undefined
    if (SMALL.has(name)) modules = undefined
    const followed = await followPage(`docs/frameworks/${name}.md`, {
      registry,
      server: servers[name] ?? '',
      modules: taken,
      files: name === 'nextjs' ? serverActionFiles() : [],
    })
    try {
      await changeAvatarOverHttp(followed.address)
      if (browser !== undefined) await changeAvatarInBrowser(followed.address, browser)
      if (browser !== undefined && name === 'nextjs') await changeAvatarWithActions(followed.address, browser)
    } finally {
      await followed.reader.stop()
      if (SMALL.has(name)) {
        const left = path.join(place, name)
        await rename(path.join(followed.reader.directory, 'node_modules'), left)
        modules = left
      }
      await followed[Symbol.asyncDispose]()
    }
  })
})
