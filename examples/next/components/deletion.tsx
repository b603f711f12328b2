import type { ReactElement } from 'react'
import { SubmitButton } from './submit-button.tsx'

interface DeletionProps {
  readonly what: 'post' | 'lesson'
  readonly action: () => Promise<void>
}

/** A deletion in two steps, without a script. */
export function Deletion({ what, action }: DeletionProps): ReactElement {
  return (
    <details className="deletion">
      <summary>Delete this {what}</summary>
      <form action={action}>
        <p>The {what} is deleted for good, and so is every file that is used nowhere else.</p>
        <SubmitButton className="button danger">Delete for good</SubmitButton>
      </form>
    </details>
  )
}
