'use server'

import { revalidatePath } from 'next/cache'
import { notFound, redirect } from 'next/navigation'
import { database } from '../../../data/database.ts'
import { inOneTransaction } from '../../../data/in-one-transaction.ts'
import { requireMember } from '../../../data/session.ts'
import { postOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

/** Appends a photo that its author uploaded to a post's gallery. */
export async function addPhoto(postId: string, photoId: string): Promise<void> {
  const { authorId } = await ownPost(postId)
  await rindle.attachUploaded({ id: photoId, profile: 'photo' }, postOwner(postId), 'gallery', { actorId: authorId })
  revalidatePath(`/posts/${postId}`)
}

/** Puts a gallery in this order. A concurrent change by somebody else wins: then the page shows that. */
export async function orderPhotos(postId: string, photoIds: readonly string[]): Promise<void> {
  await ownPost(postId)
  await rindle.reorder(postOwner(postId), 'gallery', photoIds)
  revalidatePath(`/posts/${postId}`)
}

/** Removes a photo from a gallery; its objects are purged. */
export async function removePhoto(postId: string, photoId: string): Promise<void> {
  await ownPost(postId)
  await rindle.detach(postOwner(postId), 'gallery', { asset: { id: photoId } })
  revalidatePath(`/posts/${postId}`)
}

/** Deletes a post with its gallery, in one transaction. */
export async function deletePost(postId: string): Promise<void> {
  await ownPost(postId)
  await inOneTransaction(async (rows, tx) => {
    await rindle.eraseOwner(postOwner(postId), { tx })
    await rows.post.delete({ where: { id: postId } })
  })
  redirect('/')
}

async function ownPost(id: string): Promise<{ readonly authorId: string }> {
  const member = await requireMember()
  return (await database.post.findUnique({ where: { id, authorId: member.id } })) ?? notFound()
}
