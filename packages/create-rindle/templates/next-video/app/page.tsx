import type { ReactElement } from 'react'
import { gallery } from '../media/gallery.ts'
import { Upload } from './upload.tsx'

export const dynamic = 'force-dynamic'

export default async function Page(): Promise<ReactElement> {
  const shown = await gallery()
  return (
    <>
      <h1>Photos and films</h1>
      <Upload />
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
