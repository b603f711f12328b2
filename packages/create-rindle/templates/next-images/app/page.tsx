import { UploadField } from '@rindle/react'
import { revalidatePath } from 'next/cache'
import type { ReactElement } from 'react'
import { gallery } from '../media/gallery.ts'
import type { rindle } from '../media/rindle.ts'

// The URLs are signed for each request.
export const dynamic = 'force-dynamic'

/** The route has added the photo to the gallery, so this only renders the page again. */
async function renderAgain(): Promise<void> {
  'use server'
  revalidatePath('/')
}

export default async function Page(): Promise<ReactElement> {
  const shown = await gallery()
  return (
    <>
      <h1>Photos</h1>
      <UploadField<typeof rindle>
        profile="photo"
        slot="gallery"
        multiple
        accept="image/jpeg,image/png,image/webp"
        label="Add photos"
        action={renderAgain}
      />
      <div className="gallery">
        {shown.map(
          ({ id, filename, thumb, large }) =>
            thumb && (
              <a key={id} href={large ?? thumb}>
                {/* Rindle has made this size, so the image optimizer has nothing to do. */}
                <img src={thumb} alt={filename} />
              </a>
            ),
        )}
      </div>
    </>
  )
}
