import { expect, test, vi } from 'vitest'
import { conclude } from '../src/demo/conclude.ts'
import { run } from '../src/index.ts'
import { createReport } from '../src/report.ts'
import { capturedIo } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const { here } = useApplication()

/** Runs the command until `work` is done. */
async function withConsole(argv: readonly string[], work: (link: string, text: string) => Promise<void>) {
  const stopping = new AbortController()
  const io = capturedIo({ ...here(), signal: stopping.signal })
  const ended = run(['console', ...argv], io)
  const link = await vi.waitFor(() => /http:\S+/.exec(io.stdout.text)?.[0] ?? expect.fail(io.stderr.text), {
    timeout: 20_000,
  })
  await work(link, io.stdout.text)
  stopping.abort()
  expect(await ended).toBe(0)
  await expect(fetch(link)).rejects.toThrow('fetch failed')
}

/** Opens the link as a browser does, and returns a reader of pages. */
async function opened(link: string): Promise<(path: string) => Promise<Response>> {
  const answer = await fetch(link, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/'])
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  return (path) => fetch(new URL(path, link), { headers: { cookie } })
}

test('the console answers on the loopback address, through a link that works once, until Ctrl-C', async () => {
  await withConsole([], async (link, text) => {
    expect(new URL(link).hostname).toBe('127.0.0.1')
    expect(text).toContain('This console is read-only.')
    const page = await opened(link)
    expect((await page('/console/maintenance/pruneRuns')).status).toBe(200)
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(403)
    expect((await fetch(new URL('/console/maintenance/pruneRuns', link))).status).toBe(401)
    expect((await fetch(new URL('/other', link))).status).toBe(404)
  })
})

test('the console only shows, unless --allow-verbs lets it change things', async () => {
  const formOf = async (link: string) => (await (await opened(link))('/console/maintenance/pruneRuns')).text()
  await withConsole([], async (link) => expect(await formOf(link)).not.toContain('<form method="post"'))
  await withConsole(['--allow-verbs'], async (link, text) => {
    expect(await formOf(link)).toContain('<form method="post"')
    expect(text).not.toContain('This console is read-only.')
  })
})

test('a demo on a terminal ends with the address of the console, and prints URLs only with --urls', async () => {
  const io = capturedIo()
  const report = createReport(io, 'text')
  const answers = new Map([['thumb', { url: 'http://127.0.0.1:1/t', status: 200, byteSize: 1, isWhole: true }]])
  const result = { outcome: 'failed' } as never
  const file = { file: 'a.jpg', result, asset: null, reasons: [], tookMs: new Map(), answers }
  const conclusion = { sheet: 's.png', rows: [], isKept: true, hasUrls: false, link: 'http://127.0.0.1:1/open/x' }
  expect(conclude([file], conclusion, { io, report }).isServing).toBe(true)
  expect(io.stdout.text).not.toContain('http://127.0.0.1:1/t')
  expect(io.stdout.text).toMatch(/See them in the console until Ctrl-C: http:\/\/127\.0\.0\.1:1\/open\/x\n$/)
  conclude([file], { ...conclusion, hasUrls: true }, { io, report })
  expect(io.stdout.text).toContain('http://127.0.0.1:1/t')
})
