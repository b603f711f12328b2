import type { Processor } from '@rindle/core'
import type { Finding } from '@rindle/core/adapter'
import sharp from 'sharp'
import { beforeEach, expect, test, vi } from 'vitest'
import { formatsFinding } from '../src/diagnose.ts'
import { decodersOf } from './decoder-processes.ts'
import { processorWith } from './workbench.ts'

let processor: Processor
beforeEach(() => {
  processor = processorWith({ concurrency: 1 })
})

async function findings(...capabilities: readonly string[]): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  return Array.fromAsync(processor.diagnose({ capabilities: new Set(capabilities), acceptedTypes: new Set(), signal }))
}

test('the sharp in use makes every format that the processor offers', async () => {
  expect(await findings(...processor.capabilities)).toEqual([
    { id: 'sharp.version', status: 'ok', summary: `sharp ${sharp.versions.sharp} with libvips ${sharp.versions.vips}` },
    { id: 'sharp.formats', status: 'ok', summary: 'makes jpeg, png, webp, avif, gif, tiff' },
  ])
})

test('unneeded formats are not tried', async () => {
  expect(await findings('image/webp')).toMatchObject([{}, { summary: 'makes webp' }])
  expect(await findings()).toHaveLength(1)
})

test('the process that it was tried in is kept for the work to come, and ends with the processor', async () => {
  await findings('image/webp')
  const pids = async (): Promise<readonly number[]> => (await decodersOf(process.pid)).map(({ pid }) => pid)
  const kept = await pids()
  expect(kept).toHaveLength(1)
  await findings('image/webp')
  expect(await pids()).toEqual(kept)
  await processor.stop()
  expect(await pids()).toEqual([])
})

test('a diagnosis beside the work leaves no more processes than the work may have', async () => {
  const capabilities = new Set<string>()
  const { signal } = new AbortController()
  await Promise.all(
    [1, 2, 3].map(() => Array.fromAsync(processor.diagnose({ capabilities, acceptedTypes: new Set(), signal }))),
  )
  await vi.waitFor(async () => expect(await decodersOf(process.pid)).toHaveLength(1), { timeout: 10_000 })
})

test('missing formats are named', () => {
  expect(formatsFinding(['jpeg', 'avif'], ['avif'])).toMatchObject({ status: 'error', fix: expect.any(String) })
})
