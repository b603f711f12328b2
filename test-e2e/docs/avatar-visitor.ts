import { Buffer } from 'node:buffer'
import { createClient } from '@rindle/client'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { expect } from 'vitest'
import { halfOfPhoto } from '../support/pictures.ts'

const TEXT = new File(['This is no picture, whatever its name says.'], 'photo.png', { type: 'image/png' })

/**
 * Uploads an avatar over HTTP as the client of a page does, and finds its thumbnail in the page. A damaged photo, which
 * is in the slot when its damage is found, and a text are refused.
 */
export async function changeAvatarOverHttp(address: string): Promise<void> {
  expect(await shownAvatar(address)).toBeUndefined()
  // A browser sends its origin, and frameworks look at it.
  const client = createClient({ baseUrl: `${address}/rindle`, headers: { origin: address } })
  const damaged = new File([await halfOfPhoto()], 'half.jpg', { type: 'image/jpeg' })
  const undecodable = client.upload(damaged, { profile: 'avatar', slot: 'avatar' })
  await expect(undecodable).rejects.toMatchObject({ code: 'upload_rejected', reason: 'corrupt_media' })
  expect(await shownAvatar(address)).toBeUndefined()
  const file = new File([await photo('teal')], 'me.jpg', { type: 'image/jpeg' })
  await client.upload(file, { profile: 'avatar', slot: 'avatar' })
  const thumbnail = await fetch((await shownAvatar(address)) ?? '')
  expect(thumbnail.headers.get('content-type')).toBe('image/webp')
  const { width, height } = await sharp(await thumbnail.arrayBuffer()).metadata()
  expect([width, height]).toEqual([160, 160])
  const refused = client.upload(TEXT, { profile: 'avatar', slot: 'avatar' })
  await expect(refused).rejects.toMatchObject({ code: 'upload_rejected' })
}

/** Chooses a photo on the page, sees it there, and sees it again after a reload. A text is refused in a sentence. */
export async function changeAvatarInBrowser(address: string, browser: Browser): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(address, { waitUntil: 'networkidle' })
    const input = page.locator('input[type=file]')
    const before = await page.getByAltText('Your avatar').getAttribute('src')
    await input.setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo('orchid') })
    const changed = `document.querySelector('img[alt="Your avatar"]')?.getAttribute('src') !== ${JSON.stringify(before)}`
    await page.waitForFunction(changed)
    for (const _ of ['at once', 'after a reload']) {
      // Rejects when the browser cannot decode it.
      await page.evaluate(`document.querySelector('img[alt="Your avatar"]').decode()`)
      expect(await page.evaluate(`document.querySelector('img[alt="Your avatar"]').naturalWidth`)).toBe(160)
      await page.reload({ waitUntil: 'networkidle' })
    }
    const buffer = Buffer.from(await TEXT.arrayBuffer())
    await input.setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer })
    await page.getByText('Files of this type are not accepted.').first().waitFor()
    expect(errors).toEqual([])
  } finally {
    await context.close()
  }
}

/** The URL of the avatar that the page shows; `undefined` without one. */
export async function shownAvatar(address: string): Promise<string | undefined> {
  const response = await fetch(address)
  expect(response.status).toBe(200)
  const [image = ''] = /<img[^>]*alt="Your avatar"[^>]*>/.exec(await response.text()) ?? []
  const [, src] = /src="([^"]+)"/.exec(image) ?? []
  return src === undefined || src.startsWith('data:') ? undefined : new URL(src.replaceAll('&amp;', '&'), address).href
}

/** A photo of one colour. */
export function photo(background: string): Promise<Buffer<ArrayBuffer>> {
  return sharp({ create: { width: 800, height: 600, channels: 3, background } })
    .jpeg()
    .toBuffer()
}
