import type { Finding } from '@rindle/core'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { formatsFinding } from '../src/diagnose.ts'
import { decodersOf } from './decoder-processes.ts'
import { PROCESSOR } from './workbench.ts'

async function findings(...capabilities: readonly string[]): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  return Array.fromAsync(PROCESSOR.diagnose({ capabilities: new Set(capabilities), signal }))
}

test('the sharp in use makes every format that the processor offers', async () => {
  expect(await findings(...PROCESSOR.capabilities)).toEqual([
    { id: 'sharp.version', status: 'ok', summary: `sharp ${sharp.versions.sharp} with libvips ${sharp.versions.vips}` },
    { id: 'sharp.formats', status: 'ok', summary: 'makes jpeg, png, webp, avif' },
  ])
})

test('formats that nobody needs are not tried', async () => {
  expect(await findings('image/webp')).toMatchObject([{}, { summary: 'makes webp' }])
  expect(await findings()).toHaveLength(1)
})

test('the process that it was tried in is gone afterwards', async () => {
  await findings('image/webp')
  expect(await decodersOf(process.pid)).toEqual([])
})

test('what is missing is named', () => {
  expect(formatsFinding(['jpeg', 'avif'], ['avif'])).toMatchObject({ status: 'error', fix: expect.any(String) })
})
