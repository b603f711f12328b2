import type { AssetView } from '@rindle/client'
import { Picture, type RindleHooks } from '@rindle/react'
import { createElement as h, type ReactElement, useState } from 'react'
import type { BrowserRindle } from './browser-profiles.ts'

type Hooks = RindleHooks<BrowserRindle>

/** A page that shows one asset: a scene as both of its families, or a portrait with its focal point. */
export function shownAssetOf({ useAsset, FocusPicker }: Hooks): (props: { readonly id: string }) => ReactElement {
  function Portrait({ asset }: { readonly asset: AssetView<BrowserRindle, 'portrait'> }): ReactElement {
    const [changed, setChanged] = useState<AssetView<BrowserRindle> | undefined>(undefined)
    const shown = changed?.profile === 'portrait' ? changed : asset
    return h(
      'main',
      null,
      h(FocusPicker, {
        asset: shown,
        onDone: setChanged,
        children: h('img', { src: shown.url ?? '', alt: 'The whole', width: 400 }),
      }),
      h('img', { alt: 'Face', src: shown.variants.face?.url ?? '' }),
      // Something to scroll to.
      h('div', { style: { height: '150vh' } }),
    )
  }

  return function ShownAsset({ id }) {
    const { asset } = useAsset(id)
    if (asset?.profile === 'scene') return h(Scene, { asset })
    if (asset?.profile === 'portrait') return h(Portrait, { asset })
    return h('p', null, 'Loading')
  }
}

function Scene({ asset }: { readonly asset: AssetView<BrowserRindle, 'scene'> }): ReactElement {
  const { hero, card } = asset.families
  const style = { display: 'block', width: '50vw', height: 'auto' }
  const common = { placeholder: asset.placeholder, sizes: '50vw', loading: 'eager', style } as const
  return h(
    'main',
    null,
    hero && h(Picture, { ...common, family: hero, alt: 'On demand' }),
    card && h(Picture, { ...common, family: card, alt: 'At once' }),
  )
}
