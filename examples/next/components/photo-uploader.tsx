'use client'

import { type ReactElement, useEffect, useState } from 'react'
import { useUploader } from '../media/client.ts'
import type { OrderedPhoto } from './photo-order.tsx'
import { UploadBox } from './upload-box.tsx'

interface PhotoUploaderProps {
  /** Called with each photo when its tile is made, in the order in which the photos were chosen. */
  readonly onPhoto: (photo: OrderedPhoto) => void
  /** Called with whether photos are being uploaded. */
  readonly onBusy?: (isBusy: boolean) => void
}

const RUNNING: readonly string[] = ['negotiating', 'uploading', 'processing']

/** Takes any number of photos at once. */
export function PhotoUploader({ onPhoto, onBusy }: PhotoUploaderProps): ReactElement {
  const [passedOn, setPassedOn] = useState<ReadonlySet<number>>(new Set())
  const uploader = useUploader('photo', {
    multiple: true,
    accept: 'image/jpeg,image/png,image/webp,image/avif',
    texts: { choose: () => 'Add photos' },
  })
  const { items } = uploader
  // A photo that is ready early waits for those that were chosen before it.
  const firstRunning = items.findIndex(({ state }) => RUNNING.includes(state))
  const isBusy = firstRunning >= 0
  const next = items.find(
    ({ id, state }, index) => state === 'done' && !passedOn.has(id) && (!isBusy || index < firstRunning),
  )
  useEffect(() => {
    if (next?.asset === undefined) return
    const { id, families } = next.asset
    setPassedOn((before) => new Set(before).add(next.id))
    onPhoto({ id, url: families.tile?.src ?? null })
  }, [next, onPhoto])
  useEffect(() => onBusy?.(isBusy), [isBusy, onBusy])
  return (
    <UploadBox
      uploader={uploader}
      listed={items.filter(({ id }) => !passedOn.has(id))}
      button="Add photos"
      hint="Or drop them here: JPEG, PNG, WebP or AVIF, up to 30 MB each."
    />
  )
}
