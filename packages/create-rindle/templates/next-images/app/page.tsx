import type { ReactElement } from 'react'
import { gallery } from '../media/gallery.ts'
import { Upload } from './upload.tsx'

export const dynamic = 'force-dynamic'

export default async function Page(): Promise<ReactElement> {
  const shown = await gallery()
  return (
    <>
      <h1>Photos</h1>
      <Upload />
      <div className="gallery">
        {shown.map(
          ({ id, filename, thumb, large }) =>
            thumb && (
              <a key={id} href={large ?? thumb}>
                {/* Rindle has made the size already: an optimizer would only make it again. */}
                <img src={thumb} alt={filename} />
              </a>
            ),
        )}
      </div>
    </>
  )
}
