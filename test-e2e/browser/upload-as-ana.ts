import { type AssetView, createClient, type ProfileName } from '@rindle/client'
import type { BrowserApplication } from './browser-application.ts'
import type { BrowserRindle } from './page/browser-profiles.ts'

/** Uploads a JPEG as the user of the page, and waits until its variants are made. */
export async function uploadAsAna<P extends ProfileName<BrowserRindle>>(
  { pageUrl }: BrowserApplication,
  profile: P,
  picture: Buffer,
): Promise<AssetView<BrowserRindle, P>> {
  const client = createClient<BrowserRindle>({ baseUrl: `${pageUrl}/rindle`, headers: { cookie: 'user=ana' } })
  return client.upload(new File([new Uint8Array(picture)], 'picture.jpg', { type: 'image/jpeg' }), { profile })
}
