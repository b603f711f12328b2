import { Picture } from '@rindle/react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactElement } from 'react'
import { isUuid } from '../../../../../data/is-uuid.ts'
import { requireMember } from '../../../../../data/session.ts'
import { photoOf } from '../../../../../media/galleries.ts'

interface PhotoPageProps {
  readonly params: Promise<{ readonly id: string; readonly photoId: string }>
}

export const metadata: Metadata = { title: 'Photo' }

export default async function PhotoPage({ params }: PhotoPageProps): Promise<ReactElement> {
  await requireMember()
  const { id, photoId } = await params
  const photo = isUuid(id) ? await photoOf(id, photoId) : null
  if (photo === null) notFound()
  const { picture, number, count, previousId, nextId } = photo
  const { width = 3, height = 2 } = picture.img
  return (
    <div className="photo-page">
      <h1 className="visually-hidden">
        Photo {number} of {count}
      </h1>
      {/* A width and no height, so that the placeholder has the place of the photo. */}
      <Picture picture={picture} style={{ maxWidth: `${((78 * width) / height).toFixed(2)}vh` }} />
      <nav aria-label="Photos" className="pager">
        {previousId === undefined ? <span /> : <Link href={`/posts/${id}/photos/${previousId}`}>← Previous</Link>}
        <Link href={`/posts/${id}`}>
          {number} of {count} · back to the post
        </Link>
        {nextId === undefined ? <span /> : <Link href={`/posts/${id}/photos/${nextId}`}>Next →</Link>}
      </nav>
    </div>
  )
}
