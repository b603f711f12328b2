'use server'

import { notFound, redirect } from 'next/navigation'
import { database } from '../../../data/database.ts'
import { inOneTransaction } from '../../../data/in-one-transaction.ts'
import { requireMember } from '../../../data/session.ts'
import { lessonOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

/** Deletes a lesson with its recording, in one transaction; running encoders of it are stopped. */
export async function deleteLesson(lessonId: string): Promise<void> {
  const member = await requireMember()
  if ((await database.lesson.findUnique({ where: { id: lessonId, authorId: member.id } })) === null) notFound()
  await inOneTransaction(async (rows, tx) => {
    await rindle.eraseOwner(lessonOwner(lessonId), { tx })
    await rows.lesson.delete({ where: { id: lessonId } })
  })
  redirect('/lessons')
}
