import { UploadField } from '@rindle/react'
import { revalidatePath } from 'next/cache'
import type { ReactElement } from 'react'
import { gallery } from '../media/gallery.ts'
import type { rindle } from '../media/rindle.ts'

// The URLs are signed for each visitor.
export const dynamic = 'force-dynamic'

/** The route has put the file into the gallery: only the page is left to be shown again. */
async function showAgain(): Promise<void> {
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
        action={showAgain}
      />
      <UploadField<typeof rindle>
        profile="film"
        slot="gallery"
        multiple
        accept="video/*"
        label="Add films"
        action={showAgain}
      />
      <div className="gallery">
        {shown.map(({ id, filename, kind, thumb, large }) => {
          if (!thumb) return null
          if (kind === 'film' && large) return <video key={id} src={large} poster={thumb} title={filename} controls />
          return (
            <a key={id} href={large ?? thumb}>
              {/* Rindle has made the size already: an optimizer would only make it again. */}
              <img src={thumb} alt={filename} />
            </a>
          )
        })}
      </div>
    </>
  )
}
