'use client'

import { useRouter } from 'next/navigation'
import type { ReactElement } from 'react'
import { Uploader } from '../media/client.ts'

/** Takes photos, and shows them in the gallery when they are ready. */
export function Upload(): ReactElement {
  const router = useRouter()
  return (
    <Uploader
      profile="photo"
      slot="gallery"
      multiple
      accept="image/jpeg,image/png,image/webp"
      onDone={() => router.refresh()}
    />
  )
}
