import type { MediaTrack } from '@rindle/core'
import type { ReactElement } from 'react'
import { SubmitButton } from '../../../components/submit-button.tsx'
import { CaptionsForm } from './captions-form.tsx'
import { addCaptions, removeCaptions } from './edit-captions.ts'

interface CaptionsProps {
  readonly lessonId: string
  readonly tracks: readonly MediaTrack[]
}

/** The captions of a lesson, for its author: without a script too. */
export function Captions({ lessonId, tracks }: CaptionsProps): ReactElement {
  return (
    <details className="captions">
      <summary>Captions</summary>
      {tracks.length > 0 && (
        <ul>
          {tracks.map(({ id, label }) => (
            <li key={id}>
              {label}
              <form action={removeCaptions.bind(null, lessonId, id)}>
                <SubmitButton className="quiet-button">Remove {label}</SubmitButton>
              </form>
            </li>
          ))}
        </ul>
      )}
      <CaptionsForm action={addCaptions.bind(null, lessonId)} />
    </details>
  )
}
