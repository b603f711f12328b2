import type { Picture } from '@rindle/core'
import { memberOwner } from './owners.ts'
import { rindle } from './rindle.ts'

/** The URLs of the small avatars of these members, by member; three steps for any number of members. */
export async function smallAvatarsOf(memberIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const attachments = await rindle.attachmentsFor([...new Set(memberIds)].map(memberOwner), ['avatar'])
  const assets = attachments.map(({ asset }) => rindle.narrow(asset, 'avatar'))
  const urls = await rindle.urlsFor(assets, { variants: ['small'], onNotReady: 'placeholder' })
  return new Map(attachments.map(({ ownerId, assetId }) => [ownerId, urls.get(assetId)?.variants.small ?? null]))
}

/** A member's face as a picture in the sizes of screens; `null` without one, or while it is being made. */
export async function avatarPictureOf(member: { readonly id: string; readonly name: string }): Promise<Picture | null> {
  const attachment = await rindle.attachmentFor(memberOwner(member.id), 'avatar')
  if (attachment === null || !['ready', 'degraded'].includes(attachment.asset.state)) return null
  return rindle.picture(rindle.narrow(attachment.asset, 'avatar'), {
    variants: ['small', 'large'],
    alt: `Portrait of ${member.name}`,
    sizes: '10rem',
    loading: 'eager',
  })
}
