import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { WireAsset, WireRequest, WireUpload } from '@rindle/http'
import { freePort } from '@rindle/test-s3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startPackageRegistry } from '../support/package-registry.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { deployment } from './deploy-files.ts'

const run = promisify(execFile)
const IS_RUN = byRunLength('the containers of the compose file', { sample: false, short: true, long: true })
const missing = await runtimeMissing()
if (IS_RUN && missing !== undefined) console.warn(`Skipped: ${missing}.`)

describe.skipIf(!IS_RUN || missing !== undefined)('the containers of the compose file', { timeout: 900_000 }, () => {
  it('are built, become healthy, and make the variants of an upload', async () => {
    const directory = await copyOfApplication()
    const [port, storePort] = [await freePort(), await freePort()]
    const url = `http://127.0.0.1:${port}`
    const env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: `rindle-${randomUUID()}`,
      PORT: String(port),
      MINIO_PORT: String(storePort),
      S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${storePort}`,
      POSTGRES_PASSWORD: randomUUID(),
      MINIO_PASSWORD: randomUUID(),
      API_TOKEN: randomUUID(),
    }
    const compose = (...args: string[]) => run('docker', ['compose', ...args], { cwd: directory, env })
    onTestFinished(async () => void (await compose('down', '--volumes', '--rmi', 'local')), 120_000)
    await compose('up', '--build', '--detach', '--wait')

    const headers = { authorization: `Bearer ${env.API_TOKEN}`, 'content-type': 'application/json' }
    const photo = await quadrants(80, 60)
    const declared = { profile: 'photo', filename: 'a.jpg', contentType: 'image/jpeg', byteSize: photo.byteLength }
    const begin = { method: 'POST', headers, body: JSON.stringify(declared) }
    const begun = (await (await fetch(`${url}/rindle/uploads`, begin)).json()) as WireUpload & { request: WireRequest }
    const { request } = begun
    await fetch(request.url, { method: request.method, headers: request.headers, body: new Uint8Array(photo) })
    await fetch(`${url}/rindle/uploads/${begun.id}/complete`, { method: 'POST', headers, body: '{}' })
    await vi.waitFor(
      async () => {
        const shown = await fetch(`${url}/rindle/assets/${begun.assetId}`, { headers })
        const { variants } = (await shown.json()) as WireAsset
        expect(Object.values(variants).map(({ state }) => state)).toEqual(['ready', 'ready'])
      },
      { timeout: 60_000, interval: 500 },
    )
    await compose('exec', '--no-TTY', 'worker', 'node_modules/.bin/rindle', 'runtime-status')
  })
})

/** The example as an application outside of this repository has it: with packages of a registry, and a lockfile. */
async function copyOfApplication(): Promise<string> {
  const registry = await startPackageRegistry()
  onTestFinished(() => registry[Symbol.asyncDispose]())
  const directory = await mkdtemp(join(tmpdir(), 'rindle-containers-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await cp(deployment, directory, { recursive: true, filter: (path) => !path.includes('node_modules') })
  const file = join(directory, 'package.json')
  const { devDependencies: _, ...manifest } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  await writeFile(file, JSON.stringify(manifest).replaceAll('workspace:*', '*'))
  const env = { ...process.env, ...registry.environment }
  await run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: directory, env })
  // The packages come from this machine's own address.
  const compose = join(directory, 'compose.yaml')
  const text = await readFile(compose, 'utf8')
  await writeFile(compose, text.replace('target: application }', 'target: application, network: host }'))
  return directory
}

async function runtimeMissing(): Promise<string | undefined> {
  try {
    await run('docker', ['info'])
    await run('docker', ['compose', 'version'])
    return undefined
  } catch {
    return 'there is no Docker daemon with compose here'
  }
}
