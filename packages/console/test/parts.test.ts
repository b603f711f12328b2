import type { RuntimeStatus } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import type { Call } from '../src/call.ts'
import { readyChart, workChart } from '../src/parts/charts.ts'
import { fileName, plainName } from '../src/parts/file-name.ts'
import { count, duration, size } from '../src/parts/format.ts'
import { html } from '../src/parts/html.ts'
import { menu } from '../src/parts/menu.ts'
import { pager } from '../src/parts/pager.ts'
import { tally } from '../src/parts/tally.ts'
import type { Bar } from '../src/throughput.ts'

const textOf = async (part: unknown): Promise<string> => String(await part)

describe('a value in a page', () => {
  it('is escaped, in text and in attributes', async () => {
    const hostile = `"><script>alert('x')</script>&`
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;'
    expect(await textOf(html`<p title="${hostile}">${hostile}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`)
  })
})

describe('a file name', () => {
  it('keeps its end, and is isolated from the text around it', async () => {
    expect(await textOf(fileName('Oak by the mill.jpg'))).toBe(
      '<bdi class="fn" title="Oak by the mill.jpg"><span class="stem">Oak by the mill</span><span class="ext">.jpg</span></bdi>',
    )
    expect(await textOf(fileName('.profile'))).toContain('<span class="stem">.profile</span></bdi>')
  })

  it.each([
    ['annex\u202efdp.jpg', 'annexfdp.jpg', 'U+202E'],
    ['tab\u200bzero.jpg', 'tabzero.jpg', 'U+200B'],
    ['line\nbreak', 'linebreak', 'U+000A'],
    ['\u{e0041}tag', 'tag', 'U+E0041'],
  ])('%j has its hidden characters written out, and none in its title', async (name, plain, written) => {
    const shown = await textOf(fileName(name))
    expect(shown).toContain(`<span class="ctl">${written}</span>`)
    expect(shown).toContain(`title="${plain}"`)
    expect(plainName(name)).toBe(plain)
  })

  it('of hidden characters alone has a name', () => {
    expect(plainName('\u200b\u202e')).toBe('(no name)')
  })
})

describe('a number', () => {
  it.each([
    [count(1_204_318), '1,204,318'],
    [size(null), '–'],
    [size(999), '999 bytes'],
    [size(3_600_000), '3.6 MB'],
    [size(41_800_000_000_000), '41.8 TB'],
    [duration(null), '–'],
    [duration(0.041), '41 ms'],
    [duration(8.44), '8.4 s'],
    [duration(1_620), '27 min'],
    [duration(172_800), '2 d'],
  ])('is shown as %s', (shown, expected) => {
    expect(shown).toBe(expected)
  })
})

describe('a chart', () => {
  const bar = (minute: number, values: Partial<Bar>): Bar => ({
    from: new Date(Date.UTC(2026, 2, 18, 21, minute)),
    image: 0,
    av: 0,
    failed: 0,
    p50: null,
    p95: null,
    ...values,
  })

  it('of work tells its sums, and stacks its kinds without leaving the plot', async () => {
    const text = await textOf(workChart([bar(0, { image: 60, av: 30, failed: 10 }), bar(1, {}), bar(2, { failed: 1 })]))
    expect(text).toContain('60 of pictures and other files and 30 of video and audio succeeded, 11 failed.')
    expect(text).toContain('03-18 21:00: 60 image, 30 AV, 10 failed')
    const shapes = [...text.matchAll(/ y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map(([, y, height]) => [
      Number(y),
      Number(height),
    ])
    expect(shapes.length).toBe(4)
    for (const [y = -1, height = 0] of shapes) {
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y + height).toBeLessThanOrEqual(136)
    }
  })

  it('of time leaves a gap where nothing became ready', async () => {
    const text = await textOf(readyChart([bar(0, { p50: 1, p95: 2 }), bar(1, {}), bar(2, { p50: 2, p95: 4 })]))
    expect(/class="l-95" d="[^"]*"\/><path class="l-50" d="([^"]+)"/.exec(text)?.[1]).toBe(
      'M0.0 102.0h0.1M600.0 68.0h0.1',
    )
    expect(await textOf(readyChart([bar(0, {})]))).toContain('No asset became ready in the time shown.')
  })
})

describe('a tally', () => {
  const call = { at: (path: string) => path } as Call
  const statesOf = (text: string) =>
    [...text.matchAll(/<\/svg>(\w+)<\/span><span>([\d,]+)</g)].map(([, state, of]) => `${state} ${of}`)

  it('leads to each state, the worst first, and draws only what is not well', async () => {
    const counts = { ready: 1_203_522, processing: 396, quarantined: 6, degraded: 286, staged: 0 }
    const text = await textOf(tally(call, 'Assets', counts, 'ready', '/assets?state='))
    expect(statesOf(text)).toEqual(['ready 1,203,522', 'quarantined 6', 'degraded 286', 'processing 396'])
    expect(text).toContain('99.94 %. The other 688:')
    expect(text).toContain('href="/assets?state=quarantined"')
    const widths = [...text.matchAll(/class="(f-\w+)" x="([\d.]+)"/g)].map(([, name, x]) => `${name} at ${x}`)
    expect(widths).toEqual(['f-bad at 0.00', 'f-warn at 0.87', 'f-work at 42.44'])
  })

  it('has no bar where all is well, and no share where nothing is', async () => {
    expect(await textOf(tally(call, 'Assets', { ready: 3 }, 'ready'))).not.toContain('<rect')
    expect(await textOf(tally(call, 'Assets', { failed: 3 }, 'ready'))).not.toContain('%.')
  })
})

describe('the menu', () => {
  const status = {
    findings: [
      { class: 'failed_work', severity: 'error', count: 3, isAtLeast: false },
      { class: 'dead_delivery', severity: 'warn', count: 14, isAtLeast: true },
    ],
    counts: { sessions: { uploading: 2, signed: 1, completed: 900 } },
    queues: [{ waiting: 470, running: 5 }],
  } as unknown as RuntimeStatus

  it('has the numbers of what goes on and of what is wrong', async () => {
    const text = await textOf(menu((path) => `/admin${path}`, '/work', status))
    const numbers = [...text.matchAll(/<span>([^<]*)<\/span><span class="n[^"]*">([^<]*)</g)].map(
      ([, label, number]) => `${label}: ${number}`,
    )
    expect(numbers).toEqual(['Overview: 1 error', 'Uploads: 3', 'Queues and jobs: 475', 'Events: 14+ dead'])
    expect(text).toContain('<a href="/admin/work" aria-current="page">')
  })

  it('has none where none is known', async () => {
    expect(await textOf(menu((path) => path, '/', null))).not.toContain('class="n')
  })
})

describe('the pager', () => {
  const linksOf = async (query: string, next: string | null) => {
    const call = { query: new URLSearchParams(query), at: (path: string) => path } as Call
    const text = await textOf(pager(call, '/assets', next))
    return Object.fromEntries(
      [...text.matchAll(/href="([^"]*)"[^>]*>(\w+)</g)].map(([, to = '', label = '']) => [
        label,
        to.replaceAll('&amp;', '&'),
      ]),
    )
  }

  it('leads from page to page and back, with the filters', async () => {
    expect(await linksOf('state=ready', 'k1')).toEqual({ Older: '/assets?state=ready&after=k1' })
    expect(await linksOf('state=ready&after=k1', 'k2')).toEqual({
      Newest: '/assets?state=ready',
      Older: '/assets?state=ready&after=k2&newer=k1',
    })
    expect(await linksOf('state=ready&after=k3&newer=k1&newer=k2', null)).toEqual({
      Newest: '/assets?state=ready',
      Newer: '/assets?state=ready&after=k2&newer=k1',
    })
  })

  it('is nothing where there is one page, and remembers a bounded number of them', async () => {
    expect(await linksOf('', null)).toEqual({})
    const many = Array.from({ length: 40 }, (_, index) => `newer=k${index}`).join('&')
    const { Older = '' } = await linksOf(`after=k40&${many}`, 'k41')
    expect(new URLSearchParams(Older.split('?')[1]).getAll('newer')).toEqual(
      Array.from({ length: 20 }, (_, index) => `k${21 + index}`),
    )
  })
})
