import { type AttachmentWithAsset, isDeliverable, type Picture } from '@rindle/core'
import { postOwner } from './owners.ts'
import { rindle } from './rindle.ts'

/** One photo of a gallery, in its place. */
export interface GalleryPhoto {
  readonly id: string
  /** A square tile of it. */
  readonly tile: Picture
}

/** The galleries of these posts in order, by post; two queries for any number of posts. */
export async function galleriesOf(postIds: readonly string[]): Promise<ReadonlyMap<string, readonly GalleryPhoto[]>> {
  const attachments = await rindle.attachmentsFor(postIds.map(postOwner), ['gallery'])
  const shown = attachments.filter(({ asset }) => isDeliverable(asset.state))
  const galleries = Map.groupBy(shown, ({ ownerId }) => ownerId)
  const photos = [...galleries].map(async ([postId, gallery]) => {
    const tiles = gallery.map((attachment, index) => tileOf(attachment, `Photo ${index + 1} of ${gallery.length}`))
    return [postId, await Promise.all(tiles)] as const
  })
  return new Map(await Promise.all(photos))
}

async function tileOf({ asset }: AttachmentWithAsset, alt: string): Promise<GalleryPhoto> {
  const sizes = '(min-width: 66rem) 15rem, 45vw'
  return { id: asset.id, tile: await rindle.picture(rindle.narrow(asset, 'photo'), { family: 'tile', alt, sizes }) }
}

/** One photo in the size of the screen, and its neighbours. */
export interface ShownPhoto {
  readonly picture: Picture
  /** From 1. */
  readonly number: number
  readonly count: number
  readonly previousId: string | undefined
  readonly nextId: string | undefined
}

/** One photo of a post's gallery; `null` if the gallery does not have it. */
export async function photoOf(postId: string, photoId: string): Promise<ShownPhoto | null> {
  const attachments = await rindle.attachmentsFor([postOwner(postId)], ['gallery'])
  const gallery = attachments.filter(({ asset }) => isDeliverable(asset.state))
  const index = gallery.findIndex(({ assetId }) => assetId === photoId)
  const attachment = gallery[index]
  if (attachment === undefined) return null
  const picture = await rindle.picture(rindle.narrow(attachment.asset, 'photo'), {
    family: 'screen',
    alt: `Photo ${index + 1} of ${gallery.length}`,
    sizes: '(min-width: 64rem) 60rem, 100vw',
    loading: 'eager',
  })
  return {
    picture,
    number: index + 1,
    count: gallery.length,
    previousId: gallery[index - 1]?.assetId,
    nextId: gallery[index + 1]?.assetId,
  }
}
