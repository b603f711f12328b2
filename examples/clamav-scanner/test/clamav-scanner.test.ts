import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ScanInput } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clamavScanner } from '../src/index.ts'

// The harmless file that every scanner agrees to find. In two pieces, so that no scanner finds it in this source.
const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

const clamd = findClamd()
if (clamd === null) console.warn('Skipped: there is no clamd on this machine (Debian: apt-get install clamav-daemon).')

function findClamd(): string | null {
  try {
    return execFileSync('which', ['clamd'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

function input(body: () => Readable): ScanInput {
  return {
    assetId: 'a',
    profile: 'document',
    contentType: 'application/pdf',
    byteSize: 1,
    filename: 'a.pdf',
    open: async () => body(),
    signal: new AbortController().signal,
  }
}

describe.skipIf(clamd === null)('with a real clamd', () => {
  let directory: string
  let stop: () => Promise<void>
  const socket = () => ({ path: join(directory, 'clamd.sock') })

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rindle-clamd-'))
    // clamd drops its privileges and must still reach its files.
    await chmod(directory, 0o777)
    await mkdir(join(directory, 'db'))
    const hash = createHash('md5').update(EICAR).digest('hex')
    await writeFile(join(directory, 'db', 'test.hdb'), `${hash}:${EICAR.byteLength}:Eicar-Test\n`)
    const config = [
      `LocalSocket ${socket().path}`,
      `DatabaseDirectory ${join(directory, 'db')}`,
      `TemporaryDirectory ${directory}`,
      'Foreground yes',
      'StreamMaxLength 4M',
    ]
    await writeFile(join(directory, 'clamd.conf'), `${config.join('\n')}\n`)
    const child = spawn(clamd ?? '', ['--config-file', join(directory, 'clamd.conf')], { stdio: 'ignore' })
    stop = async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(directory, { recursive: true, force: true })
    }
    await vi.waitFor(
      async () => {
        const probe = connect(socket())
        await once(probe, 'connect')
        probe.destroy()
      },
      { timeout: 20_000 },
    )
  })
  afterAll(async () => stop())

  it('accepts what is clean, however many chunks it comes in', async () => {
    const chunks = Array.from({ length: 30 }, () => Buffer.alloc(100_000, 'a'))
    const scanner = clamavScanner({ socket: socket() })
    expect(await scanner.scan(input(() => Readable.from(chunks)))).toEqual({ accepted: true })
  })

  it('rejects what a signature finds, by its name', async () => {
    const scanner = clamavScanner({ socket: socket() })
    const halves = [EICAR.subarray(0, 20), EICAR.subarray(20)]
    const verdict = await scanner.scan(input(() => Readable.from(halves)))
    expect(verdict.accepted ? '' : verdict.reason).toMatch(/^ClamAV found .*Eicar-Test.*\.$/)
  })

  it('fails, rather than accepts, what is larger than clamd takes', async () => {
    const chunks = Array.from({ length: 80 }, () => Buffer.alloc(100_000, 'a'))
    const scanner = clamavScanner({ socket: socket() })
    // clamd says so, and ends the connection, which may reach us first.
    await expect(scanner.scan(input(() => Readable.from(chunks)))).rejects.toThrow(
      /size limit exceeded|EPIPE|ECONNRESET/,
    )
  })
})

describe('without a clamd that answers', () => {
  it('fails when nobody listens', async () => {
    const scanner = clamavScanner({ socket: { host: '127.0.0.1', port: 1 } })
    await expect(scanner.scan(input(() => Readable.from(['a'])))).rejects.toThrow('ECONNREFUSED')
  })

  it('fails when it stays silent', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const scanner = clamavScanner({ socket: { host: '127.0.0.1', port }, timeoutMs: 50 })
    await expect(scanner.scan(input(() => Readable.from(['a'])))).rejects.toThrow('silent for 50 ms')
    server.close()
  })
})
