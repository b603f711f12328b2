import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@rindle/test-s3'
import { expect, vi } from 'vitest'
import type { PackageRegistry } from '../support/package-registry.ts'
import { type CodeBlock, codeBlocks } from './code-blocks.ts'
import { Reader } from './reader.ts'

/** The application of a page, built and running. */
export interface FollowedPage extends AsyncDisposable {
  readonly reader: Reader
  /** The address of its server, without a slash at its end. */
  readonly address: string
}

/** How to follow a page. */
export interface Following {
  readonly registry: PackageRegistry
  /** The command of the page that keeps running, without its line break; everything before it is followed first. */
  readonly server: string
  /** The installed packages of a page like this one, which `npm install @rindle/…` then finds there. */
  readonly modules?: string | undefined
  /** Files of another page, which are saved before the first command that builds. */
  readonly files?: readonly CodeBlock[]
}

/**
 * Follows a page to the letter in an empty directory: runs its commands, saves its files, and starts its server. The
 * page's server listens on `PORT`, and may know its address from `ORIGIN`.
 *
 * @param page - Relative to the repository.
 */
export async function followPage(
  page: string,
  { registry, server, modules, files = [] }: Following,
): Promise<FollowedPage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-reader-'))
  // PostgreSQL does not run as root: the user it runs as must get to the database of the page.
  await chmod(directory, 0o755)
  const port = await freePort()
  const reader = new Reader(directory, {
    ...registry.environment,
    PORT: String(port),
    ORIGIN: `http://localhost:${port}`,
  })
  const dispose = async (): Promise<void> => {
    await reader.stop()
    await databasesEnd(directory)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const blocks = codeBlocks(page)
    const last = blocks.findIndex(({ text }) => text.split('\n').includes(server))
    if (last === -1) throw new Error(`${page} has no command ${server}.`)
    const build = blocks.findIndex(({ language, text }) => language === 'sh' && text.includes(' build'))
    let given = modules
    for (const block of blocks.slice(0, last)) {
      if (given !== undefined && block.text.startsWith('npm install @rindle/')) {
        await rm(path.join(reader.directory, 'node_modules'), { recursive: true, force: true })
        await rename(given, path.join(reader.directory, 'node_modules'))
        given = undefined
      }
      await reader.follow(block === blocks[build] ? [...files, block] : [block])
    }
    const [before = ''] = blocks[last]?.text.split(server) ?? []
    await reader.type(before)
    const address = await reader.serve(server)
    return { reader, address, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** A PostgreSQL of the page ends by itself when its program has ended, a moment later. */
async function databasesEnd(directory: string): Promise<void> {
  const running = async (): Promise<string[]> =>
    (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('postmaster.pid'))
  await vi.waitFor(async () => expect(await running()).toEqual([]), { timeout: 20_000 })
}
