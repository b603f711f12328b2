import { notFound } from 'next/navigation'
import type { ReactElement, ReactNode } from 'react'
import { requireMember } from '../../data/session.ts'
import { hasLessons } from '../../media/lane.ts'

/** An application of pictures alone has no lessons. */
export default async function LessonsLayout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  if (!hasLessons) notFound()
  await requireMember()
  return <>{children}</>
}
