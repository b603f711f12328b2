import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { qrProcessor } from '@acme/rindle-qr'
import { qr } from '@acme/rindle-qr/recipes'
import type { SourceFile } from '@rindle/core'
import { processorContract } from '@rindle/testing'
import { afterAll } from 'vitest'

const directory = await mkdtemp(join(tmpdir(), 'rindle-qr-'))
afterAll(() => rm(directory, { recursive: true }))

async function text(name: string, bytes: Buffer): Promise<SourceFile> {
  const path = join(directory, name)
  await writeFile(path, bytes)
  return { path, contentType: 'text/plain', byteSize: bytes.byteLength }
}

processorContract('qrProcessor', async () => ({
  processor: qrProcessor(),
  source: await text('address.txt', Buffer.from('https://example.com/a?b=c')),
  facts: null,
  recipes: { code: qr({}), large: qr({ size: 1024, correction: 'high', colour: '#102030' }) },
  slow: null,
  damaged: await text('latin-1.txt', Buffer.from('caf\u00e9', 'latin1')),
}))
