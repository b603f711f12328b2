'use server'

import { redirect } from 'next/navigation'
import { database } from '../../data/database.ts'
import { formText } from '../../data/form-text.ts'
import { signInAs, signOut } from '../../data/session.ts'

/** Signs in as the chosen member. */
export async function enter(form: FormData): Promise<void> {
  await signInAs(formText(form, 'member', 36))
  redirect('/')
}

/** Signs in as a new member. */
export async function join(form: FormData): Promise<void> {
  const name = formText(form, 'name', 60)
  if (name === '') redirect('/sign-in')
  const { id } = await database.member.create({ data: { name } })
  await signInAs(id)
  redirect('/account')
}

/** Signs out. */
export async function leave(): Promise<void> {
  await signOut()
  redirect('/sign-in')
}
