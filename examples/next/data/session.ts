import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Member } from '../generated/prisma/client.ts'
import { database } from './database.ts'
import { isUuid } from './is-uuid.ts'

const COOKIE = 'member'

/** The member who sent this request, or `null`. Read once for each request. */
export const currentMember = cache(async (): Promise<Member | null> => {
  const id = (await cookies()).get(COOKIE)?.value ?? ''
  return isUuid(id) ? database.member.findUnique({ where: { id } }) : null
})

/** The member who sent this request; anybody else is sent to sign in first. */
export async function requireMember(): Promise<Member> {
  return (await currentMember()) ?? redirect('/sign-in')
}

// Anybody may sign in as any member: this application has no passwords, so the cookie holds no secret. `SameSite` keeps
// forms and scripts of other sites from acting for the member.
/** Signs this browser in as the member. */
export async function signInAs(memberId: string): Promise<void> {
  ;(await cookies()).set(COOKIE, memberId, { httpOnly: true, sameSite: 'lax', path: '/' })
}

/** Signs this browser out. */
export async function signOut(): Promise<void> {
  ;(await cookies()).delete(COOKIE)
}
