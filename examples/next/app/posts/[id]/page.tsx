import { Picture } from '@rindle/react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactElement } from 'react'
import { Byline } from '../../../components/byline.tsx'
import { Deletion } from '../../../components/deletion.tsx'
import { database } from '../../../data/database.ts'
import { isUuid } from '../../../data/is-uuid.ts'
import { requireMember } from '../../../data/session.ts'
import { smallAvatarsOf } from '../../../media/avatars.ts'
import { galleriesOf } from '../../../media/galleries.ts'
import { deletePost } from './actions.ts'
import { EditGallery } from './edit-gallery.tsx'

interface PostPageProps {
  readonly params: Promise<{ readonly id: string }>
}

export const metadata: Metadata = { title: 'Post' }

export default async function PostPage({ params }: PostPageProps): Promise<ReactElement> {
  const member = await requireMember()
  const { id } = await params
  const post = isUuid(id) ? await database.post.findUnique({ where: { id }, include: { author: true } }) : null
  if (post === null) notFound()
  const [galleries, avatars] = await Promise.all([galleriesOf([id]), smallAvatarsOf([post.authorId])])
  const photos = galleries.get(id) ?? []
  return (
    <article>
      <h1>{post.title}</h1>
      <Byline author={post.author} avatarUrl={avatars.get(post.authorId)} date={post.createdAt} />
      {post.text !== '' && <p className="prose">{post.text}</p>}
      {photos.length > 0 && (
        <ol className="gallery" aria-label="Gallery">
          {photos.map((photo) => (
            <li key={photo.id} data-photo={photo.id}>
              <Link href={`/posts/${id}/photos/${photo.id}`}>
                <Picture picture={photo.tile} />
              </Link>
            </li>
          ))}
        </ol>
      )}
      {member.id === post.authorId && (
        <section className="author-tools" aria-label="Of the author">
          <details>
            <summary>Edit the photos</summary>
            <EditGallery
              postId={id}
              photos={photos.map(({ id: photoId, tile }) => ({ id: photoId, url: tile.img.src ?? null }))}
            />
          </details>
          <Deletion what="post" action={deletePost.bind(null, id)} />
        </section>
      )}
    </article>
  )
}
