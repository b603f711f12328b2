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

async function card(name: string, bytes: Buffer): Promise<SourceFile> {
  const path = join(directory, name)
  await writeFile(path, bytes)
  return { path, contentType: 'text/vcard', byteSize: bytes.byteLength }
}

processorContract('qrProcessor', async () => ({
  processor: qrProcessor(),
  source: await card('ada.vcf', Buffer.from('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada Lovelace\r\nEND:VCARD\r\n')),
  facts: null,
  recipes: { code: qr({}), large: qr({ size: 1024, correction: 'high', colour: '#102030' }) },
  slow: null,
  damaged: await card('latin-1.vcf', Buffer.from('BEGIN:VCARD\r\nFN:Ren\u00e9\r\n', 'latin1')),
}))
