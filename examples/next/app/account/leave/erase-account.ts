'use server'

import { redirect } from 'next/navigation'
import { belongingsOf } from '../../../data/belongings.ts'
import { inOneTransaction } from '../../../data/in-one-transaction.ts'
import { requireMember, signOut } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'

/** Deletes the member with everything they wrote. Their uploads go in the same transaction, the objects by its jobs. */
export async function eraseAccount(form: FormData): Promise<void> {
  const member = await requireMember()
  if (form.get('sure') === null) redirect('/account/leave')
  await inOneTransaction(async (rows, tx) => {
    const { owners } = await belongingsOf(member.id, rows)
    for (const owner of owners) await rindle.eraseOwner(owner, { tx })
    await rows.member.delete({ where: { id: member.id } })
  })
  await signOut()
  redirect('/sign-in')
}
