import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Member } from '../generated/prisma/client.ts'
import { database } from './database.ts'
import { isUuid } from './is-uuid.ts'

const COOKIE = 'member'

/** Who sent this request, or `null`. Read once for each request. */
export const currentMember = cache(async (): Promise<Member | null> => {
  const id = (await cookies()).get(COOKIE)?.value ?? ''
  return isUuid(id) ? database.member.findUnique({ where: { id } }) : null
})

/** Who sent this request; whoever has not said so is asked first. */
export async function requireMember(): Promise<Member> {
  return (await currentMember()) ?? redirect('/sign-in')
}

// Whoever may pick a member may be that member: this application has no passwords, so the cookie keeps no secret.
// `SameSite` keeps forms and scripts of other sites out of what is done by it.
/** From here on the browser is this member's. */
export async function signInAs(memberId: string): Promise<void> {
  ;(await cookies()).set(COOKIE, memberId, { httpOnly: true, sameSite: 'lax', path: '/' })
}

/** From here on the browser is nobody's. */
export async function signOut(): Promise<void> {
  ;(await cookies()).delete(COOKIE)
}
