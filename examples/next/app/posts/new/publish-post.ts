'use server'

import { redirect } from 'next/navigation'
import { formText } from '../../../data/form-text.ts'
import { inOneTransaction } from '../../../data/in-one-transaction.ts'
import { isUuid } from '../../../data/is-uuid.ts'
import { requireMember } from '../../../data/session.ts'
import { postOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

/** Writes a post and attaches its photos, in one transaction; returns a problem of the form, if any. */
export async function publishPost(_before: string | null, form: FormData): Promise<string | null> {
  const member = await requireMember()
  const title = formText(form, 'title', 120)
  if (title === '') return 'Please give the post a title.'
  const photoIds = form.getAll('photo').filter((id) => typeof id === 'string' && isUuid(id)) as string[]
  const post = await inOneTransaction(async (rows, tx) => {
    const written = await rows.post.create({
      data: { authorId: member.id, title, text: formText(form, 'text', 5_000) },
    })
    const owner = postOwner(written.id)
    for (const id of photoIds) {
      await rindle.attachUploaded({ id, profile: 'photo' }, owner, 'gallery', { tx, actorId: member.id })
    }
    return written
  })
  return redirect(`/posts/${post.id}`)
}
