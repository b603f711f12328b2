'use server'

import { isRindleError } from '@rindle/core'
import { revalidatePath } from 'next/cache'
import { notFound } from 'next/navigation'
import { database } from '../../../data/database.ts'
import { formText } from '../../../data/form-text.ts'
import { requireMember } from '../../../data/session.ts'
import { lessonOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

const MAX_BYTES = 500_000

/** Adds captions to the member's lesson; returns a problem of the file, if any. */
export async function addCaptions(lessonId: string, _before: string | null, form: FormData): Promise<string | null> {
  const recording = await ownRecording(lessonId)
  const file = form.get('file')
  if (!(file instanceof File) || file.size === 0) return 'Please choose a file.'
  if (file.size > MAX_BYTES) return 'Captions may have at most half a megabyte.'
  try {
    const bytes = Buffer.from(await file.arrayBuffer())
    await rindle.addTrack(recording, bytes, { kind: 'captions', lang: formText(form, 'language', 2), default: true })
  } catch (error) {
    if (isRindleError(error) && error.code === 'invalid_input') return error.message
    throw error
  }
  revalidatePath(`/lessons/${lessonId}`)
  return null
}

/** Removes captions from the member's lesson. */
export async function removeCaptions(lessonId: string, trackId: string): Promise<void> {
  await rindle.removeTrack(await ownRecording(lessonId), trackId)
  revalidatePath(`/lessons/${lessonId}`)
}

async function ownRecording(lessonId: string): Promise<{ readonly id: string }> {
  const member = await requireMember()
  const lesson = await database.lesson.findUnique({ where: { id: lessonId, authorId: member.id } })
  const attachment = lesson === null ? null : await rindle.attachmentFor(lessonOwner(lessonId), 'recording')
  return attachment?.asset ?? notFound()
}
