'use server'

import { revalidatePath } from 'next/cache'
import { database } from '../../data/database.ts'
import { formText } from '../../data/form-text.ts'
import { requireMember } from '../../data/session.ts'

/** Writes down what a member says of himself. */
export async function describeMyself(form: FormData): Promise<void> {
  const { id, name } = await requireMember()
  const data = { name: formText(form, 'name', 60) || name, about: formText(form, 'about', 500) }
  await database.member.update({ where: { id }, data })
  revalidatePath('/', 'layout')
}
