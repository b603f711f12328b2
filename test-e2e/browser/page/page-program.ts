import { createClient, type VariantView } from '@rindle/client'
import { createRindleHooks, UploadField } from '@rindle/react'
import {
  createElement as h,
  type ReactElement,
  StrictMode,
  type SyntheticEvent,
  useCallback,
  useReducer,
  useState,
} from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import type { BrowserRindle } from './browser-profiles.ts'
import { shownAssetOf } from './shown-asset.ts'

const hooks = createRindleHooks(createClient<BrowserRindle>())
const { Uploader, useAsset } = hooks

/** An uploader of each profile, and below it the live uploads. */
function Page(): ReactElement {
  const [assetIds, setAssetIds] = useState<readonly string[]>([])
  const [isOpen, setOpen] = useState(true)
  const show = useCallback((asset: { readonly id: string }) => setAssetIds((ids) => [...ids, asset.id]), [])
  const uploaders = [
    h(Uploader<'photo'>, { key: 'photo', profile: 'photo', multiple: true, waitFor: 'complete', onDone: show, texts }),
    h(Uploader<'document'>, { key: 'document', profile: 'document', onDone: show, texts: documentTexts }),
    h(Uploader<'clip'>, { key: 'clip', profile: 'clip', onDone: show, texts: clipTexts }),
  ]
  return h(
    'main',
    null,
    h('button', { type: 'button', onClick: () => setOpen(!isOpen) }, isOpen ? 'Close' : 'Open'),
    isOpen ? uploaders : null,
    assetIds.map((id) => h(Shown, { key: id, id })),
  )
}

const texts = { choose: () => 'Choose photos' }
const documentTexts = { choose: () => 'Choose a document' }
const clipTexts = { choose: () => 'Choose a clip' }

function Shown({ id }: { readonly id: string }): ReactElement {
  const { asset, error } = useAsset(id)
  if (asset === undefined) return h('p', null, error?.message ?? 'Loading')
  const variants = Object.entries<VariantView | undefined>(asset.variants)
  return h(
    'figure',
    { 'data-asset': asset.id, 'data-state': asset.state },
    h('figcaption', null, `${asset.filename}: ${asset.state}`),
    variants.map(([name, variant]) =>
      variant?.url ? h('img', { key: name, alt: name, src: variant.url }) : h('span', { key: name }, name),
    ),
    asset.profile === 'clip' && asset.url !== null ? h('video', { src: asset.url, controls: true, muted: true }) : null,
  )
}

/**
 * A field in a form, whose action is another function each time. With `?field=unsaved` the first file cannot be saved;
 * with `?field=many` it takes several files.
 */
function Form(): ReactElement {
  const [, renderAgain] = useReducer((times: number) => times + 1, 0)
  const [sent, setSent] = useState('')
  const send = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setSent(
      new FormData(event.currentTarget)
        .getAll('photo')
        .filter((value) => typeof value === 'string')
        .join(),
    )
  }
  return h(
    'main',
    null,
    h('h1', null, 'Your profile'),
    h(
      'form',
      { onSubmit: send },
      h(UploadField<BrowserRindle, 'photo'>, {
        profile: 'photo',
        name: 'photo',
        label: 'Change your photo',
        action: () => save(),
        ...(location.search === '?field=many' ? { multiple: true } : {}),
      }),
      h('button', { type: 'button', onClick: renderAgain }, 'Render again'),
      h('button', null, 'Save'),
    ),
    h('output', null, sent),
  )
}

let isUnsaved = location.search === '?field=unsaved'
async function save(): Promise<void> {
  const fails = isUnsaved
  isUnsaved = false
  if (fails) throw new Error('A server action has failed.')
}

/** With the id of an asset in the query, the page shows that alone. */
const shownId = new URLSearchParams(location.search).get('show')
const root = document.createElement('div')
document.body.append(root)
if (location.search === '?field=served') hydrateServedField()
else {
  const page = location.search.startsWith('?field') ? h(Form) : h(Page)
  createRoot(root).render(h(StrictMode, null, shownId === null ? page : h(shownAssetOf(hooks), { id: shownId })))
}

/** The field as a server has rendered it. A file is chosen before the script of the page runs. */
function hydrateServedField(): void {
  root.innerHTML = '<label class="rindle-uploader">Change your photo <input type="file" name="photo"></label>'
  const chosen = new DataTransfer()
  chosen.items.add(new File(['not a picture'], 'early.txt', { type: 'text/plain' }))
  const input = root.querySelector('input')
  if (input !== null) input.files = chosen.files
  hydrateRoot(root, h(UploadField, { profile: 'photo', name: 'photo', label: 'Change your photo' }))
}
