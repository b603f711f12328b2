import type { Owner } from '@rindle/core'
import { lessonOwner, memberOwner, postOwner } from '../media/owners.ts'
import { database } from './database.ts'

/** The belongings of a member. */
export interface Belongings {
  readonly posts: readonly { readonly id: string }[]
  readonly lessons: readonly { readonly id: string }[]
  /** The member and each of these, as owners of media. */
  readonly owners: readonly Owner[]
}

/** Everything that belongs to a member, read through the given transaction or without one. */
export async function belongingsOf(
  memberId: string,
  rows: Pick<typeof database, 'post' | 'lesson'> = database,
): Promise<Belongings> {
  const ofMember = { where: { authorId: memberId }, select: { id: true }, orderBy: { id: 'asc' } } as const
  const posts = await rows.post.findMany(ofMember)
  const lessons = await rows.lesson.findMany(ofMember)
  const owners = [
    memberOwner(memberId),
    ...posts.map(({ id }) => postOwner(id)),
    ...lessons.map(({ id }) => lessonOwner(id)),
  ]
  return { posts, lessons, owners }
}
