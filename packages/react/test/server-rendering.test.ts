import { createClient } from '@rindle/client'
import { createRindleHooks, FocusPicker, UploadField } from '@rindle/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'

const failing: typeof fetch = async () => {
  throw new Error('A server asked for something while it rendered.')
}
const {
  Uploader,
  useAsset,
  useUpload,
  FocusPicker: SavingFocusPicker,
} = createRindleHooks(createClient({ fetch: failing, memory: null }))

it('an uploader renders on a server as it is before any upload', () => {
  const html = renderToString(createElement(Uploader, { profile: 'photo', multiple: true, accept: 'image/*' }))
  expect(html).toContain('<input type="file" hidden="" multiple="" accept="image/*"/>')
  expect(html).toMatch(/<div role="group" aria-labelledby="(\S+)"><input[^>]+><button id="\1" type="button"/)
  expect(html).toContain('<p role="status" aria-live="polite"></p>')
})

it('a function as the child of an uploader renders everything, in its own words', () => {
  const html = renderToString(
    createElement(Uploader, {
      profile: 'photo',
      texts: { choose: () => 'Datei wählen' },
      children: ({ buttonProps, texts }) => createElement('button', buttonProps, texts.choose(false)),
    }),
  )
  expect(html).toMatch(/^<button id="\S+" type="button" aria-describedby="\S+-hint">Datei wählen<\/button>$/)
})

it('hooks are idle on a server', () => {
  const Shown = () => {
    const { state, progress } = useUpload('photo')
    const { asset, error } = useAsset('asset-1')
    return createElement('p', null, JSON.stringify({ state, progress, asset, error }))
  }
  expect(renderToString(createElement(Shown)).replaceAll('&quot;', '"')).toBe(
    '<p>{"state":"idle","progress":{"loadedBytes":0,"totalBytes":0,"percent":0}}</p>',
  )
})

it('a focus picker renders on a server with its point, as two sliders of one group', () => {
  const picture = createElement('img', { alt: '', src: '/photo.jpg', loading: 'lazy' })
  const html = renderToString(createElement(FocusPicker, { value: { x: 0.25, y: 0.5 }, children: picture }))
  expect(html).toMatch(/^<div role="group" aria-label="Focal point" style="[^"]+"><img/)
  expect(html).toContain('<span data-marker="" style="position:absolute;left:25%;top:50%;')
  const [x, y] = [...html.matchAll(/<input [^>]+>/g)].map(([input]) => input)
  for (const attribute of ['type="range"', 'value="25"', 'aria-label="Focal point, horizontal"', 'dir="ltr"'])
    expect(x).toContain(attribute)
  for (const attribute of ['value="50"', 'aria-label="Focal point, vertical"', 'tabindex="-1"', 'aria-orientation'])
    expect(y).toContain(attribute)
  expect(html.match(/aria-valuetext="25 % from the left, 50 % from the top"/g)).toHaveLength(2)
})

it('the focus picker of a client renders without asking for anything, and shows no point where none is chosen', () => {
  const html = renderToString(
    createElement(SavingFocusPicker, {
      asset: { id: 'asset-1', focus: null },
      texts: { position: () => 'Kein Punkt' },
      marker: 'O',
      children: null,
    }),
  )
  expect(html).toContain('data-unset=""')
  expect(html).toContain('aria-valuetext="Kein Punkt"')
  expect(html).toContain('<span aria-hidden="true">O</span>')
})

it('a field of a form is an input that sends the file itself, until the script of the page runs', () => {
  const field = { profile: 'photo', name: 'avatar', label: 'Your picture', accept: 'image/*', className: 'wide' }
  expect(renderToString(createElement(UploadField, field))).toBe(
    '<label class="rindle-uploader wide">Your picture <input type="file" accept="image/*" name="avatar"/></label>',
  )
})

it('a field without a name is an uploader from the start', () => {
  const html = renderToString(createElement(UploadField, { profile: 'photo', label: 'Your picture' }))
  expect(html).toMatch(/^<div role="group" aria-labelledby="\S+" class="rindle-uploader"><input type="file" hidden=""/)
  expect(html).toContain('>Your picture</button>')
})
