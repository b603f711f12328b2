import type { Finding } from '@rindle/core'
import { imageProcessor } from '@rindle/processor-image'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { formatsFinding } from '../src/diagnose.ts'

async function findings(...capabilities: readonly string[]): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  return Array.fromAsync(imageProcessor().diagnose({ capabilities: new Set(capabilities), signal }))
}

test('the sharp in use makes every format that the processor offers', async () => {
  expect(await findings(...imageProcessor().capabilities)).toEqual([
    { id: 'sharp.version', status: 'ok', summary: `sharp ${sharp.versions.sharp} with libvips ${sharp.versions.vips}` },
    { id: 'sharp.formats', status: 'ok', summary: 'makes jpeg, png, webp, avif' },
  ])
})

test('formats that nobody needs are not tried', async () => {
  expect(await findings('image/webp')).toMatchObject([{}, { summary: 'makes webp' }])
  expect(await findings()).toHaveLength(1)
})

test('an encoder that is blocked is missing', async () => {
  sharp.block({ operation: ['VipsForeignSaveWebp'] })
  try {
    expect(await findings('image/jpeg', 'image/webp')).toMatchObject([
      { id: 'sharp.version' },
      { id: 'sharp.formats', status: 'error', summary: 'cannot make webp, which profiles need' },
    ])
  } finally {
    sharp.unblock({ operation: ['VipsForeignSaveWebp'] })
  }
})

test('what is missing is named', () => {
  expect(formatsFinding(['jpeg', 'avif'], ['avif'])).toMatchObject({ status: 'error', fix: expect.any(String) })
})
