import { imageUrl } from '@rindle/client'
import { type AssetWithVariants, type Focus, isDeliverable, type Picture, placeholderOf } from '@rindle/core'
import { memberOwner } from './owners.ts'
import { rindle } from './rindle.ts'

/** Pixels. `next.config.ts` allows the optimizer this width. */
const PORTRAIT_WIDTH = 320

/** The URLs of the small avatars of these members, by member; three steps for any number of members. */
export async function smallAvatarsOf(memberIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const attachments = await rindle.attachmentsFor([...new Set(memberIds)].map(memberOwner), ['avatar'])
  const assets = attachments.map(({ asset }) => rindle.narrow(asset, 'avatar'))
  const urls = await rindle.urlsFor(assets, { variants: ['small'], onNotReady: 'placeholder' })
  return new Map(attachments.map(({ ownerId, assetId }) => [ownerId, urls.get(assetId)?.variants.small ?? null]))
}

/** A member's avatar, for its owner. */
export interface OwnAvatar {
  readonly id: string
  readonly focus: Focus | null
  readonly portrait: Picture
  /** On which the owner chooses the focus. */
  readonly whole: Picture
}

/** The avatar of a member; `null` without one, or while it is being verified. */
export async function ownAvatarOf(member: FacedMember): Promise<OwnAvatar | null> {
  const asset = await avatarOf(member)
  if (asset === null) return null
  const [portrait, whole] = await Promise.all([
    rindle.picture(asset, { family: 'portrait', alt: portraitOf(member), sizes: '8rem', loading: 'eager' }),
    rindle.picture(asset, { variants: ['whole'], alt: 'Your whole picture' }),
  ])
  return { id: asset.id, focus: asset.focus, portrait, whole }
}

/** A member's face for `next/image`. */
export interface Portrait {
  readonly src: string
  readonly alt: string
  /** A blurred picture as a `data:` URL; `empty`: none is made yet. */
  readonly placeholder: `data:image/${string}` | 'empty'
}

/**
 * The face of a member in one width, for Next's own optimizer to make smaller ones of: it encodes in the web server,
 * which suits a site with few pictures. `null` without a face.
 */
export async function portraitFor(member: FacedMember): Promise<Portrait | null> {
  const asset = await avatarOf(member)
  if (asset === null) return null
  const src = imageUrl(await rindle.familyUrl(asset, 'portrait'), { width: PORTRAIT_WIDTH })
  if (src === null) return null
  const blurred = placeholderOf(asset, rindle.profiles.avatar)?.dataUrl as Portrait['placeholder'] | null | undefined
  return { src, alt: portraitOf(member), placeholder: blurred ?? 'empty' }
}

type FacedMember = { readonly id: string; readonly name: string }

async function avatarOf({ id }: FacedMember): Promise<AssetWithVariants<'avatar'> | null> {
  const attachment = await rindle.attachmentFor(memberOwner(id), 'avatar')
  return attachment !== null && isDeliverable(attachment.asset.state) ? rindle.narrow(attachment.asset, 'avatar') : null
}

function portraitOf({ name }: FacedMember): string {
  return `Portrait of ${name}`
}
