import type { Metadata } from 'next'
import type { ReactElement } from 'react'
import { NewLesson } from './new-lesson.tsx'

export const metadata: Metadata = { title: 'New lesson' }

export default function NewLessonPage(): ReactElement {
  return (
    <div className="narrow">
      <h1>New lesson</h1>
      <NewLesson />
    </div>
  )
}
