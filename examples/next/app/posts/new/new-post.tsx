'use client'

import { type ReactElement, useActionState, useState } from 'react'
import { type OrderedPhoto, PhotoOrder } from '../../../components/photo-order.tsx'
import { PhotoUploader } from '../../../components/photo-uploader.tsx'
import { SubmitButton } from '../../../components/submit-button.tsx'
import { publishPost } from './publish-post.ts'

/** A form whose photos upload while the text is written. */
export function NewPost(): ReactElement {
  const [photos, setPhotos] = useState<readonly OrderedPhoto[]>([])
  const [isBusy, setBusy] = useState(false)
  const [error, publish] = useActionState(publishPost, null)
  return (
    <form action={publish} className="form">
      <label htmlFor="title">Title</label>
      <input id="title" name="title" required maxLength={120} />
      <label htmlFor="text">Text</label>
      <textarea id="text" name="text" rows={4} maxLength={5_000} />
      <PhotoUploader onPhoto={(photo) => setPhotos((before) => [...before, photo])} onBusy={setBusy} />
      <PhotoOrder
        photos={photos}
        onOrder={setPhotos}
        onRemove={(removed) => setPhotos(photos.filter(({ id }) => id !== removed.id))}
      />
      {photos.map(({ id }) => (
        <input key={id} type="hidden" name="photo" value={id} />
      ))}
      {error !== null && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      <SubmitButton disabled={isBusy}>{isBusy ? 'Photos are on their way…' : 'Publish'}</SubmitButton>
    </form>
  )
}
