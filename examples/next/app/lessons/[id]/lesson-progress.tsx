'use client'

import type { VariantView } from '@rindle/client'
import { useRouter } from 'next/navigation'
import { type ReactElement, useEffect } from 'react'
import { useAsset } from '../../../media/client.ts'

const NAMES: Readonly<Record<string, string>> = {
  film_720: 'Stream, large',
  film_360: 'Stream, small',
  film_sound: 'Stream, sound',
  video: 'Video',
  poster: 'Poster',
  strip: 'Preview pictures',
  sound: 'Sound',
  waveform: 'Waveform',
}

/** The progress of a recording's variants. The page is rendered again with each one that is ready. */
export function LessonProgress({ assetId }: { readonly assetId: string }): ReactElement {
  const { asset, error } = useAsset(assetId)
  const router = useRouter()
  const variants = Object.entries<VariantView | undefined>(asset?.variants ?? {})
  const ready = variants.filter(([, variant]) => variant?.state === 'ready').map(([name]) => name)
  const stage = asset === undefined ? '' : [asset.url !== null, asset.settled, ...ready].join()
  useEffect(() => {
    if (stage !== '') router.refresh()
  }, [stage, router])
  return (
    <section className="lesson-progress" aria-label="Preparing the recording">
      <p role="status">{error?.message ?? 'The recording is being prepared. You may leave this page.'}</p>
      <ul>
        {variants.map(([name, variant]) => (
          <li key={name}>
            <label htmlFor={`progress-${name}`}>{NAMES[name] ?? name}</label>
            <progress id={`progress-${name}`} max={100} value={percentOf(variant)} />
            <span>{variant?.state === 'ready' ? 'ready' : `${percentOf(variant)} %`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function percentOf(variant: VariantView | undefined): number {
  if (variant?.state === 'ready') return 100
  return Math.round(variant?.progress ?? 0)
}
