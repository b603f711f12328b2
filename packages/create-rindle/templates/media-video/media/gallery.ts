import { rindle } from './rindle.ts'

/** The owner of the gallery. In your application, this is the signed-in user or an album. */
export const owner = { type: 'guest', id: 'guest' }

/** A photo or a film of the gallery, with signed URLs. They are `null` until the variants are ready. */
export interface Shown {
  readonly id: string
  readonly filename: string
  readonly kind: 'photo' | 'film'
  /** A photo's small size, or a film's poster. */
  readonly thumb: string | null
  /** A photo's large size, or the film. */
  readonly large: string | null
}

/** The photos and films of the gallery, oldest first. */
export async function gallery(): Promise<readonly Shown[]> {
  const held = await rindle.attachmentsFor([owner], ['gallery'])
  const shown = held.map(async ({ asset }) => {
    const { id, filename } = asset
    if (asset.profile === 'film') {
      const film = rindle.narrow(asset, 'film')
      const thumb = await rindle.variantUrl(film, 'poster')
      return { id, filename, kind: 'film', thumb, large: await rindle.variantUrl(film, 'video') } as const
    }
    const photo = rindle.narrow(asset, 'photo')
    const thumb = await rindle.variantUrl(photo, 'thumb')
    return { id, filename, kind: 'photo', thumb, large: await rindle.variantUrl(photo, 'large') } as const
  })
  return Promise.all(shown)
}
