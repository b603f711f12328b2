import type { FamilyView } from '@rindle/client'
import { Picture, type PictureProps } from '@rindle/react'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'

const rendered = (props: PictureProps): string => renderToStaticMarkup(createElement(Picture, props))

const onDemand: FamilyView = {
  url: '/rindle/images/token',
  widths: [320, 640],
  types: ['image/avif', 'image/jpeg'],
  width: 640,
  height: 480,
  src: '/rindle/images/token?w=640',
  srcSet: '/rindle/images/token?w=320 320w, /rindle/images/token?w=640 640w',
  sources: [],
}
const eager: FamilyView = {
  ...onDemand,
  url: null,
  src: '/files/640.jpeg',
  srcSet: '/files/320.jpeg 320w, /files/640.jpeg 640w',
  sources: [{ type: 'image/avif', srcSet: '/files/320.avif 320w, /files/640.avif 640w' }],
}

describe('a picture of a family', () => {
  it('on demand is one image, whose URL chooses the format', () => {
    expect(rendered({ family: onDemand, alt: 'A hill', sizes: '50vw' })).toBe(
      '<img alt="A hill" loading="lazy" decoding="async" width="640" height="480" sizes="50vw" ' +
        'srcSet="/rindle/images/token?w=320 320w, /rindle/images/token?w=640 640w" src="/rindle/images/token?w=640"/>',
    )
  })

  it('that is made at once has a source for each newer format', () => {
    expect(rendered({ family: eager, alt: '', sizes: '50vw', loading: 'eager' })).toBe(
      '<picture><source type="image/avif" srcSet="/files/320.avif 320w, /files/640.avif 640w" sizes="50vw" width="640" ' +
        'height="480"/><img alt="" loading="eager" decoding="async" width="640" height="480" sizes="50vw" ' +
        'srcSet="/files/320.jpeg 320w, /files/640.jpeg 640w" src="/files/640.jpeg"/></picture>',
    )
  })

  it('with one image in each format has nothing to choose by size', () => {
    const single = { ...eager, srcSet: null, sources: [{ type: 'image/avif', srcSet: '/files/320.avif' }] }
    expect(rendered({ family: single, alt: '', sizes: '50vw' })).not.toContain('sizes')
  })

  it('of which nothing is ready has its text and no address', () => {
    const nothing = { ...onDemand, src: null, srcSet: null, width: null, height: null }
    expect(rendered({ family: nothing, alt: 'A hill', sizes: '50vw' })).toBe(
      '<img alt="A hill" loading="lazy" decoding="async"/>',
    )
  })

  it('shows a placeholder behind it: a blurred picture over its colour, or the colour alone', () => {
    const placeholder = { dataUrl: 'data:image/png;base64,AA==', colour: '#a1b2c3' }
    expect(rendered({ family: onDemand, alt: '', placeholder })).toContain(
      'style="background:#a1b2c3 url(data:image/png;base64,AA==) center / cover no-repeat"',
    )
    expect(rendered({ family: onDemand, alt: '', placeholder: { ...placeholder, dataUrl: null } })).toContain(
      'style="background:#a1b2c3"',
    )
    expect(rendered({ family: onDemand, alt: '', placeholder: null })).not.toContain('style')
  })

  it('takes further attributes, and a style that goes before that of the placeholder', () => {
    const placeholder = { dataUrl: null, colour: '#a1b2c3' }
    const style = { background: 'white', borderRadius: 4 }
    const html = rendered({ family: onDemand, alt: '', placeholder, className: 'hero', id: 'top', style })
    expect(html).toContain('class="hero" id="top" style="background:white;border-radius:4px"')
  })
})

describe('a picture that a server has described', () => {
  it('is rendered as it is', () => {
    const img = {
      src: '/files/a.jpeg',
      alt: 'A hill',
      width: 2,
      height: 1,
      loading: 'eager',
      decoding: 'async',
    } as const
    const sources = [{ type: 'image/webp', srcSet: '/files/a.webp', width: 2, height: 1 }]
    expect(rendered({ picture: { sources, img, style: { background: '#a1b2c3' } }, id: 'top' })).toBe(
      '<picture><source type="image/webp" srcSet="/files/a.webp" width="2" height="1"/><img alt="A hill" width="2" ' +
        'height="1" loading="eager" decoding="async" id="top" style="background:#a1b2c3" src="/files/a.jpeg"/></picture>',
    )
    expect(rendered({ picture: { sources: [], img: { ...img, loading: 'lazy' } } })).toMatch(/^<img [^>]+>$/)
  })

  it('gets the class of the page in place of its own', () => {
    const img = { alt: '', className: 'from-the-server' } as const
    expect(rendered({ picture: { sources: [], img } })).toContain('class="from-the-server"')
    expect(rendered({ picture: { sources: [], img }, className: 'of-the-page' })).toContain('class="of-the-page"')
  })
})
