'use client'

import { type ReactElement, useEffect } from 'react'
import { useUploader } from '../media/client.ts'
import type { OrderedPhoto } from './photo-order.tsx'
import { UploadBox } from './upload-box.tsx'

interface PhotoUploaderProps {
  /** Called with each photo when its tile is made. */
  readonly onPhoto: (photo: OrderedPhoto) => void
  /** Called with whether photos are being uploaded. */
  readonly onBusy?: (isBusy: boolean) => void
}

const RUNNING: readonly string[] = ['negotiating', 'uploading', 'processing']

/** Takes any number of photos at once. */
export function PhotoUploader({ onPhoto, onBusy }: PhotoUploaderProps): ReactElement {
  const uploader = useUploader('photo', {
    multiple: true,
    accept: 'image/jpeg,image/png,image/webp,image/avif',
    onDone: ({ id, families }) => onPhoto({ id, url: families.tile?.src ?? null }),
    texts: { choose: () => 'Add photos' },
  })
  const isBusy = uploader.items.some(({ state }) => RUNNING.includes(state))
  useEffect(() => onBusy?.(isBusy), [isBusy, onBusy])
  return (
    <UploadBox
      uploader={uploader}
      button="Add photos"
      hint="Or drop them here: JPEG, PNG, WebP or AVIF, up to 30 MB each."
    />
  )
}
