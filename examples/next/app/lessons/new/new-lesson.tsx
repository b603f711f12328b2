'use client'

import { type ReactElement, useActionState, useState } from 'react'
import { SubmitButton } from '../../../components/submit-button.tsx'
import { UploadBox } from '../../../components/upload-box.tsx'
import { useUploader } from '../../../media/client.ts'
import { publishLesson } from './publish-lesson.ts'

/** A form whose recording is uploaded and verified before the lesson is published; its variants may take longer. */
export function NewLesson(): ReactElement {
  const [recording, setRecording] = useState<{ readonly id: string; readonly filename: string } | null>(null)
  const [error, publish] = useActionState(publishLesson, null)
  const uploader = useUploader('lesson', {
    accept: 'video/*,audio/*',
    waitFor: 'available',
    onDone: setRecording,
    texts: { choose: () => 'Choose a recording' },
  })
  return (
    <form action={publish} className="form">
      <label htmlFor="title">Title</label>
      <input id="title" name="title" required maxLength={120} />
      <label htmlFor="text">What it is about</label>
      <textarea id="text" name="text" rows={3} maxLength={5_000} />
      <UploadBox uploader={uploader} button="Choose a recording" hint="Video or sound, up to 2 GB and three hours." />
      {recording !== null && (
        <p className="success">
          <strong>{recording.filename}</strong> has arrived.
          <input type="hidden" name="recording" value={recording.id} />
        </p>
      )}
      {error !== null && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      <SubmitButton disabled={recording === null}>Publish</SubmitButton>
    </form>
  )
}
