import { rindle } from './rindle.ts'

/** The owner of the gallery. In your application, this is the signed-in user or an album. */
export const owner = { type: 'guest', id: 'guest' }

/** A photo or a film, with signed URLs. They are `null` until there is something to show, and if the file is damaged. */
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
  const files = held.map(({ asset }) => asset)
  const urls = await rindle.urlsFor(files, { variants: ['thumb', 'large', 'poster', 'video'] })
  return files.map(({ id, filename, profile }) => {
    const variants = urls.get(id)?.variants
    if (profile === 'film') {
      return { id, filename, kind: 'film', thumb: variants?.poster ?? null, large: variants?.video ?? null }
    }
    return { id, filename, kind: 'photo', thumb: variants?.thumb ?? null, large: variants?.large ?? null }
  })
}
