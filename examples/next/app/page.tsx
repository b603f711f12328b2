import { Picture } from '@rindle/react'
import Link from 'next/link'
import type { ReactElement } from 'react'
import { Byline } from '../components/byline.tsx'
import { database } from '../data/database.ts'
import { requireMember } from '../data/session.ts'
import { smallAvatarsOf } from '../media/avatars.ts'
import { galleriesOf } from '../media/galleries.ts'

const MOST_POSTS = 30
const TILES = 4

export default async function PostsPage(): Promise<ReactElement> {
  await requireMember()
  const posts = await database.post.findMany({
    include: { author: true },
    orderBy: { createdAt: 'desc' },
    take: MOST_POSTS,
  })
  const [galleries, avatars] = await Promise.all([
    galleriesOf(posts.map(({ id }) => id)),
    smallAvatarsOf(posts.map(({ authorId }) => authorId)),
  ])
  return (
    <>
      <div className="page-head">
        <h1>Posts</h1>
        <Link href="/posts/new" className="button">
          New post
        </Link>
      </div>
      {posts.length === 0 && <p className="empty">Nobody has written anything yet. Begin with a few photos.</p>}
      <div className="feed">
        {posts.map((post) => {
          const photos = galleries.get(post.id) ?? []
          return (
            <article key={post.id} className="card">
              <Byline author={post.author} avatarUrl={avatars.get(post.authorId)} date={post.createdAt} />
              <h2>
                <Link href={`/posts/${post.id}`}>{post.title}</Link>
              </h2>
              {post.text !== '' && <p className="excerpt">{post.text}</p>}
              {photos.length > 0 && (
                <div className="tiles">
                  {photos.slice(0, TILES).map(({ id, tile }) => (
                    <Picture key={id} picture={tile} />
                  ))}
                </div>
              )}
              {photos.length > TILES && <p className="hint">{andMore(photos.length - TILES)}</p>}
            </article>
          )
        })}
      </div>
    </>
  )
}

function andMore(count: number): string {
  return `and ${count} more ${count === 1 ? 'photo' : 'photos'}`
}
