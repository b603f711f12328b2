import { rindle } from './rindle.ts'

/** The owner of the gallery. In your application, this is the signed-in user or an album. */
export const owner = { type: 'guest', id: 'guest' }

/** A photo of the gallery, with signed URLs. They are `null` until the variants are ready. */
export interface Shown {
  readonly id: string
  readonly filename: string
  readonly thumb: string | null
  readonly large: string | null
}

/** The photos of the gallery, oldest first. */
export async function gallery(): Promise<readonly Shown[]> {
  const held = await rindle.attachmentsFor([owner], ['gallery'])
  const shown = held.map(async ({ asset }) => ({
    id: asset.id,
    filename: asset.filename,
    thumb: await rindle.variantUrl(asset, 'thumb'),
    large: await rindle.variantUrl(asset, 'large'),
  }))
  return Promise.all(shown)
}
