'use client'

import { type ReactElement, useTransition } from 'react'
import { UploadBox } from '../../components/upload-box.tsx'
import { useUploader } from '../../media/client.ts'
import { takeAvatar } from './actions.ts'

/** Uploads a new avatar, and takes it once it is verified and its sizes are made. Every avatar of the page follows. */
export function ChangeAvatar(): ReactElement {
  const [, startTransition] = useTransition()
  const uploader = useUploader('avatar', {
    accept: 'image/jpeg,image/png,image/webp,image/avif',
    onDone: ({ id }) => startTransition(() => takeAvatar(id)),
    texts: { choose: () => 'Change avatar' },
  })
  return <UploadBox uploader={uploader} button="Change avatar" hint="A JPEG, PNG, WebP or AVIF of up to 10 MB." />
}
