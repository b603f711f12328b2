import { UploadField } from '@rindle/react'
import { revalidatePath } from 'next/cache'
import type { ReactElement } from 'react'
import { gallery } from '../media/gallery.ts'
import type { rindle } from '../media/rindle.ts'

// The URLs are signed for each request.
export const dynamic = 'force-dynamic'

/** The route has added the file to the gallery, so this only renders the page again. */
async function renderAgain(): Promise<void> {
  'use server'
  revalidatePath('/')
}

export default async function Page(): Promise<ReactElement> {
  const shown = await gallery()
  return (
    <>
      <h1>Photos and films</h1>
      <UploadField<typeof rindle>
        profile="photo"
        slot="gallery"
        multiple
        accept="image/jpeg,image/png,image/webp"
        label="Add photos"
        action={renderAgain}
      />
      <UploadField<typeof rindle>
        profile="film"
        slot="gallery"
        multiple
        accept="video/*"
        label="Add films"
        action={renderAgain}
      />
      <div className="gallery">
        {shown.map(({ id, filename, kind, thumb, large }) => {
          if (!thumb) return null
          if (kind === 'film' && large) return <video key={id} src={large} poster={thumb} title={filename} controls />
          return (
            <a key={id} href={large ?? thumb}>
              {/* Rindle has made this size, so the image optimizer has nothing to do. */}
              <img src={thumb} alt={filename} />
            </a>
          )
        })}
      </div>
    </>
  )
}
