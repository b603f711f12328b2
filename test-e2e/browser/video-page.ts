import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Video, type VideoData } from '@rindle/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { bundlePage } from './bundle-page.ts'

/** The video of a page, and how hls.js plays it there. */
export interface ShownVideo {
  readonly video: VideoData
  readonly hlsConfig?: Readonly<Record<string, unknown>>
}

/** A server of a page with one player, which it renders. */
export interface VideoPage extends AsyncDisposable {
  readonly url: string
  /** On the next page that is opened. */
  shown: ShownVideo
}

/** Answers a request for any other file of the page's origin. */
export type AnswerFile = (path: string, incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Starts one. */
export async function startVideoPage(answerFile: AnswerFile = noFile): Promise<VideoPage> {
  const script = await bundlePage('video-program.ts')
  const page: { shown: ShownVideo } = { shown: { video: { sources: [] } } }
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname
    if (path === '/page.js') outgoing.setHeader('content-type', 'text/javascript').end(script)
    else if (path === '/favicon.ico') outgoing.writeHead(204).end()
    else if (path !== '/') answerFile(path, incoming, outgoing)
    else outgoing.setHeader('content-type', 'text/html; charset=utf-8').end(pageOf(page.shown))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(page, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => closed(server),
  })
}

function noFile(_path: string, _incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(404).end()
}

function pageOf(shown: ShownVideo): string {
  const player = renderToString(createElement(Video, { video: shown.video, muted: true }))
  const data = JSON.stringify(shown).replaceAll('<', '\\u003c')
  return `<!doctype html><html lang="en"><title>Film</title><div id="root">${player}</div>
<script type="application/json" id="shown">${data}</script><script type="module" src="/page.js"></script>`
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
