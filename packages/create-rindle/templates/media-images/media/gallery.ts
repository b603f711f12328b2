import { rindle } from './rindle.ts'

/** The owner of the gallery. In your application, this is the signed-in user or an album. */
export const owner = { type: 'guest', id: 'guest' }

/** A photo of the gallery, with signed URLs. They are `null` while the photo is being checked, and if it is damaged. */
export interface Shown {
  readonly id: string
  readonly filename: string
  readonly thumb: string | null
  readonly large: string | null
}

/** The photos of the gallery, oldest first. */
export async function gallery(): Promise<readonly Shown[]> {
  const held = await rindle.attachmentsFor([owner], ['gallery'])
  const photos = held.map(({ asset }) => asset)
  const urls = await rindle.urlsFor(photos, { variants: ['thumb', 'large'] })
  return photos.map(({ id, filename }) => {
    const variants = urls.get(id)?.variants
    return { id, filename, thumb: variants?.thumb ?? null, large: variants?.large ?? null }
  })
}
