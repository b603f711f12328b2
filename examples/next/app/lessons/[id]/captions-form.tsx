'use client'

import { type ReactElement, useActionState } from 'react'
import { SubmitButton } from '../../../components/submit-button.tsx'

interface CaptionsFormProps {
  readonly action: (before: string | null, form: FormData) => Promise<string | null>
}

/** Adds captions from a file; says why if they are none. */
export function CaptionsForm({ action }: CaptionsFormProps): ReactElement {
  const [problem, submit] = useActionState(action, null)
  return (
    <form className="form" action={submit}>
      <label htmlFor="captions-file">WebVTT or SubRip file</label>
      <input id="captions-file" name="file" type="file" accept=".vtt,.srt" required />
      <label htmlFor="captions-language">Language</label>
      <select id="captions-language" name="language" defaultValue="en">
        <option value="de">Deutsch</option>
        <option value="en">English</option>
        <option value="es">Español</option>
        <option value="fr">Français</option>
      </select>
      {problem !== null && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
      <SubmitButton>Add captions</SubmitButton>
    </form>
  )
}
