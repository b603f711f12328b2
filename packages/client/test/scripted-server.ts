import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { WireAsset, WireUpload } from '@rindle/client'

/** One request that the server got. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** An answer that stands in for the usual one. */
export interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

/**
 * What happens instead of the usual: an answer, `cut` for a line that breaks, `hang` for none until the client goes;
 * nothing: the usual.
 */
export type Interference = (request: Received) => Answer | 'cut' | 'hang' | undefined

/** A server and a storage that speak as the real ones do, and fail on request. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Received[]
  /** `METHOD path` of each request. */
  log(): readonly string[]
  /** Most requests to the storage that were open at once. */
  readonly mostAtOnce: () => number
  /** The bytes that the storage received, joined. */
  stored(uploadId: string): Buffer
  interfere: Interference | undefined
  /** Bytes of a part; `undefined`: uploads go in one PUT. */
  partBytes: number | undefined
  /** Whether the URLs of the storage are paths of the server's origin. */
  namesPaths: boolean
  /** Whether uploads use tus. */
  isResumable: boolean
  /** The asset as it is now; those who watch hear of it. */
  show(change: Partial<WireAsset>): void
  /** Ends the event streams that are open. */
  endStreams(): void
}

interface Session {
  readonly upload: WireUpload
  readonly parts: Map<number, Buffer>
}

const READY: WireAsset = {
  id: 'asset-1',
  profile: 'photo',
  state: 'ready',
  kind: 'image',
  filename: 'photo.jpg',
  contentType: 'image/jpeg',
  byteSize: 1,
  width: 1,
  height: 1,
  durationMs: null,
  errorReason: null,
  errorMessage: null,
  settled: true,
  url: 'https://files.example/original',
  variants: {},
  families: {},
  streams: {},
  tracks: [],
  focus: null,
  placeholder: null,
}

/** A problem document as the server sends it. */
export function problem(status: number, code: string, reason?: string): Answer {
  const body = JSON.stringify({ type: 'about:blank', status, code, detail: `Detail of ${code}.`, reason })
  return { status, headers: { 'content-type': 'application/problem+json' }, body }
}

/** Starts one on 127.0.0.1 and a free port. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: Received[] = []
  const sessions = new Map<string, Session>()
  const streams = new Set<ServerResponse>()
  let asset = READY
  let version = 1
  let storing = 0
  let mostStoring = 0

  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = incoming
    if (method === 'PUT') mostStoring = Math.max(mostStoring, (storing += 1))
    outgoing.on('close', () => {
      if (method === 'PUT') storing -= 1
    })
    const request = { method, path, headers, body: await buffer(incoming) }
    requests.push(request)
    const instead = scripted.interfere?.(request)
    if (instead === 'cut') return void outgoing.destroy()
    if (instead === 'hang') return
    if (path === '/rindle/assets/asset-1/events' && instead === undefined) return openStream(request, outgoing)
    const { status, headers: sent = {}, body = '' } = instead ?? usual(request)
    outgoing.writeHead(status, sent).end(body)
  }

  function openStream({ headers }: Received, outgoing: ServerResponse): void {
    if (asset.settled && headers['last-event-id'] === String(version)) return void outgoing.writeHead(204).end()
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
    outgoing.write('retry: 2000\n\n: hello\n\n')
    streams.add(outgoing)
    outgoing.on('close', () => streams.delete(outgoing))
    if (headers['last-event-id'] !== String(version)) tell(outgoing)
  }

  function tell(outgoing: ServerResponse): void {
    outgoing.write(`event: asset\nid: ${version}\ndata: ${JSON.stringify(asset)}\n\n`)
    if (asset.settled) outgoing.end()
  }

  function usual({ method, path, headers, body }: Received): Answer {
    const [, root, kind, id = '', verb, number] = path.split('/')
    if (kind === 'tus') return resume(id, method, headers, body)
    if (root === 'store') return store(kind ?? '', Number(id), body)
    if (kind === 'assets' && verb === 'focus')
      asset = { ...asset, ...(JSON.parse(body.toString()) as Partial<WireAsset>) }
    if (kind === 'assets') return id === asset.id ? json(200, asset) : problem(404, 'not_found')
    if (method === 'POST' && id === '') return begin(JSON.parse(body.toString()) as { byteSize: number })
    const session = sessions.get(id)
    if (session === undefined) return problem(404, 'not_found')
    if (method === 'DELETE') return { status: 204 }
    if (verb === 'sign') return json(200, requestOf(id, 1))
    if (verb === 'parts') return json(200, requestOf(id, Number(number)))
    if (verb === 'complete') return json(200, { upload: session.upload, asset })
    const parts = [...session.parts].map(([partNumber, { byteLength }]) => ({ partNumber, byteSize: byteLength }))
    return json(200, { ...session.upload, parts })
  }

  function begin({ byteSize }: { byteSize: number }): Answer {
    const id = `upload-${sessions.size + 1}`
    const { partBytes } = scripted
    const base = {
      id,
      assetId: 'asset-1',
      state: 'initialized',
      byteSize,
      expiresAt: '2999-01-01T00:00:00.000Z',
    } as const
    const upload: WireUpload = scripted.isResumable
      ? { ...base, strategy: 'resumable', tusUrl: `/rindle/tus/${id}` }
      : partBytes === undefined
        ? { ...base, strategy: 'presigned_put', request: requestOf(id, 1) }
        : { ...base, strategy: 'multipart', partBytes, partCount: Math.ceil(byteSize / partBytes) }
    sessions.set(id, { upload, parts: new Map() })
    return json(201, upload)
  }

  function resume(id: string, method: string, headers: Received['headers'], body: Buffer): Answer {
    const parts = sessions.get(id)?.parts ?? new Map<number, Buffer>()
    const offset = [...parts.values()].reduce((bytes, { byteLength }) => bytes + byteLength, 0)
    if (headers['tus-resumable'] !== '1.0.0') return { status: 412 }
    if (method === 'HEAD') return { status: 200, headers: { 'upload-offset': String(offset) } }
    if (headers['upload-offset'] !== String(offset)) return problem(409, 'conflict')
    parts.set(offset, body)
    return { status: 204 }
  }

  function store(id: string, number: number, body: Buffer): Answer {
    sessions.get(id)?.parts.set(number, body)
    return { status: 200 }
  }

  const requestOf = (id: string, number: number) => ({
    method: 'PUT',
    url: `${scripted.namesPaths ? '' : url}/store/${id}/${number}`,
    headers: { 'content-type': 'image/jpeg', host: 'ignored.example' },
  })

  const scripted: ScriptedServer = {
    url: `${url}/rindle`,
    requests,
    log: () => requests.map(({ method, path }) => `${method} ${path.replace('/rindle', '')}`),
    mostAtOnce: () => mostStoring,
    stored(id) {
      const parts = [...(sessions.get(id)?.parts ?? [])].toSorted(([a], [b]) => a - b)
      return Buffer.concat(parts.map(([, part]) => part))
    },
    interfere: undefined,
    partBytes: undefined,
    namesPaths: false,
    isResumable: false,
    show(change) {
      asset = { ...asset, ...change }
      version += 1
      for (const stream of streams) tell(stream)
    },
    endStreams() {
      for (const stream of streams) stream.end()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return scripted
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
