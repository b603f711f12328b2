'use client'

import { useRouter } from 'next/navigation'
import type { ReactElement } from 'react'
import { Uploader } from '../media/client.ts'

/** Takes photos and films, and shows them in the gallery when they are ready. */
export function Upload(): ReactElement {
  const router = useRouter()
  const onDone = (): void => router.refresh()
  return (
    <>
      <h2>Add photos</h2>
      <Uploader profile="photo" slot="gallery" multiple accept="image/jpeg,image/png,image/webp" onDone={onDone} />
      <h2>Add films</h2>
      <Uploader profile="film" slot="gallery" multiple accept="video/*" onDone={onDone} />
    </>
  )
}
