'use server'

import { revalidatePath } from 'next/cache'
import { database } from '../../data/database.ts'
import { formText } from '../../data/form-text.ts'
import { requireMember } from '../../data/session.ts'
import { memberOwner } from '../../media/owners.ts'
import { rindle } from '../../media/rindle.ts'

/** Saves a member's description of themselves. */
export async function describeMyself(form: FormData): Promise<void> {
  const { id, name } = await requireMember()
  const data = { name: formText(form, 'name', 60) || name, about: formText(form, 'about', 500) }
  await database.member.update({ where: { id }, data })
  revalidatePath('/', 'layout')
}

/** Makes a picture that the member uploaded their avatar. The previous one is purged. */
export async function takeAvatar(assetId: string): Promise<void> {
  const { id } = await requireMember()
  await rindle.attachUploaded({ id: assetId, profile: 'avatar' }, memberOwner(id), 'avatar', { actorId: id })
  revalidatePath('/', 'layout')
}
