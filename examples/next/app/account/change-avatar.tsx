'use client'

import { useRouter } from 'next/navigation'
import type { ReactElement } from 'react'
import { UploadBox } from '../../components/upload-box.tsx'
import { useUploader } from '../../media/client.ts'

/** Sends a new avatar. The server attaches it when it has arrived; the page is asked for anew when it can be shown. */
export function ChangeAvatar(): ReactElement {
  const router = useRouter()
  const uploader = useUploader('avatar', {
    slot: 'avatar',
    accept: 'image/jpeg,image/png,image/webp,image/avif',
    onDone: () => router.refresh(),
    texts: { choose: () => 'Change avatar' },
  })
  return <UploadBox uploader={uploader} button="Change avatar" hint="A JPEG, PNG, WebP or AVIF of up to 10 MB." />
}
