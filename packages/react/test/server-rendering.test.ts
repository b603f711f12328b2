import { createClient } from '@rindle/client'
import { createRindleHooks } from '@rindle/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'

const failing: typeof fetch = async () => {
  throw new Error('A server asked for something while it rendered.')
}
const { Uploader, useAsset, useUpload } = createRindleHooks(createClient({ fetch: failing, memory: null }))

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
