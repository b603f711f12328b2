'use client'

import { type ReactElement, useOptimistic, useTransition } from 'react'
import { type OrderedPhoto, PhotoOrder } from '../../../components/photo-order.tsx'
import { PhotoUploader } from '../../../components/photo-uploader.tsx'
import { addPhoto, orderPhotos, removePhoto } from './actions.ts'

interface EditGalleryProps {
  readonly postId: string
  readonly photos: readonly OrderedPhoto[]
}

/** The gallery of an existing post: every change is saved at once. */
export function EditGallery({ postId, photos }: EditGalleryProps): ReactElement {
  const [shown, show] = useOptimistic(photos)
  const [, startTransition] = useTransition()
  const change = (next: readonly OrderedPhoto[], keep: () => Promise<void>): void =>
    startTransition(async () => {
      show(next)
      await keep()
    })
  return (
    <>
      <PhotoUploader onPhoto={({ id }) => startTransition(() => addPhoto(postId, id))} />
      <PhotoOrder
        photos={shown}
        onOrder={(next) =>
          change(next, () =>
            orderPhotos(
              postId,
              next.map(({ id }) => id),
            ),
          )
        }
        onRemove={(photo) =>
          change(
            shown.filter(({ id }) => id !== photo.id),
            () => removePhoto(postId, photo.id),
          )
        }
      />
    </>
  )
}
