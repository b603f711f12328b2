import type { Finding } from '@rindle/core'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { formatsFinding } from '../src/diagnose.ts'
import { imageProcessor } from '../src/index.ts'
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

test('the process that it was tried in is kept for the work to come, and ends with the processor', async () => {
  await findings('image/webp')
  const kept = await decodersOf(process.pid)
  expect(kept).toHaveLength(1)
  await findings('image/webp')
  expect(await decodersOf(process.pid)).toEqual(kept)
  await PROCESSOR.stop()
  expect(await decodersOf(process.pid)).toEqual([])
})

test('a diagnosis beside the work leaves no more processes than the work may have', async () => {
  const processor = imageProcessor({ concurrency: 1 })
  const capabilities = new Set<string>()
  const { signal } = new AbortController()
  await Promise.all([1, 2, 3].map(() => Array.fromAsync(processor.diagnose({ capabilities, signal }))))
  await vi.waitFor(async () => expect(await decodersOf(process.pid)).toHaveLength(1), { timeout: 10_000 })
  await processor.stop()
})

test('what is missing is named', () => {
  expect(formatsFinding(['jpeg', 'avif'], ['avif'])).toMatchObject({ status: 'error', fix: expect.any(String) })
})
