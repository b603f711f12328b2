'use server'

import { redirect } from 'next/navigation'
import { formText } from '../../../data/form-text.ts'
import { inOneTransaction } from '../../../data/in-one-transaction.ts'
import { isUuid } from '../../../data/is-uuid.ts'
import { requireMember } from '../../../data/session.ts'
import { lessonOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

/** Writes a lesson and attaches its recording, in one transaction; returns a problem of the form, if any. */
export async function publishLesson(_before: string | null, form: FormData): Promise<string | null> {
  const member = await requireMember()
  const title = formText(form, 'title', 120)
  const recordingId = formText(form, 'recording', 36)
  if (title === '') return 'Please give the lesson a title.'
  if (!isUuid(recordingId)) return 'Please choose a recording.'
  const lesson = await inOneTransaction(async (rows, tx) => {
    const written = await rows.lesson.create({
      data: { authorId: member.id, title, text: formText(form, 'text', 5_000) },
    })
    const sent = { id: recordingId, profile: 'lesson' } as const
    await rindle.attachUploaded(sent, lessonOwner(written.id), 'recording', { tx, actorId: member.id })
    return written
  })
  return redirect(`/lessons/${lesson.id}`)
}
