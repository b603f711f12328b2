import type { Metadata } from 'next'
import type { ReactElement } from 'react'
import { requireMember } from '../../../data/session.ts'
import { NewPost } from './new-post.tsx'

export const metadata: Metadata = { title: 'New post' }

export default async function NewPostPage(): Promise<ReactElement> {
  await requireMember()
  return (
    <div className="narrow">
      <h1>New post</h1>
      <NewPost />
    </div>
  )
}
