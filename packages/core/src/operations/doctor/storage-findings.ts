import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { stagingKey } from '../../domain/keys.ts'
import { knownStorage } from '../../kernel/known-storages.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { errorFields } from '../../ports/logger.ts'
import type { SignedRequest, StorageAdapter, StorageCallOptions } from '../../ports/storage.ts'
import { preflightFinding } from './browser-preflight.ts'
import { clockFinding } from './clock-finding.ts'
import { mirrorFindings } from './mirror-findings.ts'
import { reasonOf } from './reason-of.ts'
import { sendSigned, Unreachable } from './send-signed.ts'
import { storageAdvice, Undelivered, Unexpected, Unprotected, unreachableAdvice } from './storage-advice.ts'

/** The context of a storage's checks. */
export interface StorageContext {
  /** Name of the storage. */
  readonly name: string
  /** The origin of the pages that upload. */
  readonly origin: string | undefined
  /** Whether pages play streams or text tracks by its signed URLs. */
  readonly isPlayed: boolean
  /** Whether the database can tell what it knows of the storage. */
  readonly isRemembered: boolean
  readonly signal: AbortSignal
}

const CANARY = Buffer.from('rindle doctor\n')
// In two parts, so that the second continues from the stored state of the first.
const PIECES = [CANARY.subarray(0, 7), CANARY.subarray(7)]
const CONTENT_TYPE = 'text/plain'
const URL_LIFE_MS = 60_000
const CLEANUP_TIMEOUT_MS = 5_000
const CLOCK = { whose: 'the storage', resolutionMs: 1_000, warnFromMs: 60_000, errorFromMs: 900_000 }

/**
 * Puts a small object into the storage, reads it in every way that clients do, and deletes it: first the duties of
 * every adapter, through its port, and then the adapter's own checks. A local storage runs its own checks first:
 * nothing is written to a directory that is not the right one.
 */
export async function* storageFindings(runtime: Runtime, context: StorageContext): AsyncGenerator<Finding> {
  yield* checksOf(runtime, context)
  if (context.isRemembered) yield* mirrorFindings(runtime, context.name)
}

async function* checksOf(runtime: Runtime, context: StorageContext): AsyncGenerator<Finding> {
  const { name, signal, isRemembered } = context
  const storage = storageOf(runtime, name)
  const known = isRemembered ? { known: await knownStorage(runtime.database, name) } : {}
  if (!storage.capabilities.has('local')) {
    yield* canaryFindings(new Canary(runtime, context))
    yield* storage.diagnose({ signal, ...known })
    return
  }
  let isRight = true
  for await (const finding of storage.diagnose({ signal, ...known })) {
    yield finding
    if (finding.status === 'error') isRight = false
  }
  if (isRight) yield* canaryFindings(new Canary(runtime, context))
}

async function* canaryFindings(canary: Canary): AsyncGenerator<Finding> {
  try {
    const written = await canary.write()
    yield written
    if (written.status !== 'error') yield* canary.use()
  } finally {
    await canary.remove()
  }
}

const PATHS = "its URLs are paths: they work on pages of the application's origin, and are not tried from here"

/** A local storage signs paths if its `baseUrl` is one. */
function isPath({ url }: SignedRequest): boolean {
  return url.startsWith('/')
}

class Canary {
  readonly #runtime: Runtime
  readonly #context: StorageContext
  readonly #storage: StorageAdapter
  readonly #key: string
  readonly #partsKey: string
  readonly #piecesKey: string
  /** Keys that may hold an object. */
  readonly #left = new Set<string>()
  /** For each unfinished upload, by its key, the way to abort it. */
  readonly #unfinished = new Map<string, (options: StorageCallOptions) => Promise<void>>()

  constructor(runtime: Runtime, context: StorageContext) {
    this.#runtime = runtime
    this.#context = context
    this.#storage = storageOf(runtime, context.name)
    const parts = { tenant: null, profile: 'doctor', assetId: runtime.newId(), extension: '.txt' }
    this.#key = stagingKey({ ...parts, random: runtime.randomText() })
    this.#partsKey = stagingKey({ ...parts, random: runtime.randomText() })
    this.#piecesKey = stagingKey({ ...parts, random: runtime.randomText() })
  }

  async write(): Promise<Finding> {
    this.#left.add(this.#key)
    const finding = await this.#check('storage.write', async () => {
      const startedAt = performance.now()
      const options = { contentType: CONTENT_TYPE, byteSize: CANARY.byteLength, signal: this.#signal }
      await this.#storage.put(this.#key, Readable.from([CANARY]), options)
      return `an object was put within ${Math.round(performance.now() - startedAt)} ms`
    })
    // The storage refused it, so there is nothing to remove.
    if (finding.status === 'error') this.#left.delete(this.#key)
    return finding
  }

  async *use(): AsyncGenerator<Finding> {
    const { capabilities } = this.#storage
    yield await this.#check('storage.read', () => this.#read())
    if (capabilities.has('head')) yield await this.#clock()
    if (capabilities.has('list')) yield await this.#check('storage.list', () => this.#list())
    if (capabilities.has('signed_url')) yield await this.#check('storage.signed_url', () => this.#fetch())
    if (this.#storage.delivery !== undefined)
      yield await this.#check('storage.cdn_private', () => this.#fetchUnsigned())
    if (capabilities.has('presigned_put')) {
      yield await this.#check('storage.direct_upload', () => this.#uploadDirectly())
      // Pages of the application itself need no permission.
      if (!capabilities.has('local')) yield await this.#cors()
    }
    const isElsewhere = !capabilities.has('local') || this.#storage.delivery !== undefined
    if (this.#context.isPlayed && capabilities.has('signed_url') && isElsewhere) {
      yield await this.#playback()
    }
    if (capabilities.has('multipart_upload')) yield await this.#check('storage.multipart', () => this.#multipart())
    if (capabilities.has('resumable_upload')) yield await this.#check('storage.resumable', () => this.#uploadPieces())
    yield await this.#check('storage.delete', () => this.#delete())
  }

  /** Removes the checks' objects, even after a cut-off. */
  async remove(): Promise<void> {
    const signal = AbortSignal.timeout(CLEANUP_TIMEOUT_MS)
    try {
      for (const giveUp of this.#unfinished.values()) await giveUp({ signal })
      for (const key of this.#left) await this.#storage.delete(key, { signal })
    } catch (error) {
      const keys = [...new Set([...this.#left, ...this.#unfinished.keys()])]
      const fields = { storage: this.#context.name, keys, ...errorFields(error) }
      this.#runtime.logger.warn(fields, 'A test object of the doctor could not be removed; scan-orphans finds it.')
    }
  }

  get #signal(): AbortSignal {
    return this.#context.signal
  }

  get #expiresAt(): Date {
    return new Date(this.#runtime.now().getTime() + URL_LIFE_MS)
  }

  async #read(): Promise<string> {
    const { body } = await this.#storage.get(this.#key, { signal: this.#signal })
    assertCanary(await buffer(body))
    return 'it was read back'
  }

  async #clock(): Promise<Finding> {
    const id = 'storage.clock'
    const before = this.#runtime.now().getTime()
    try {
      const options = { contentType: CONTENT_TYPE, signal: this.#signal }
      await this.#storage.put(this.#key, Readable.from([CANARY]), options)
      const after = this.#runtime.now().getTime()
      const stored = await this.#storage.head(this.#key, { signal: this.#signal })
      if (stored === undefined) throw differs('an object that was just put cannot be found')
      return clockFinding(id, { before, other: stored.lastModified.getTime(), after }, CLOCK)
    } catch (error) {
      return this.#failed(id, error)
    }
  }

  async #list(): Promise<string> {
    for await (const { key } of this.#storage.list(this.#key, { limit: 1, signal: this.#signal })) {
      if (key === this.#key) return 'it is listed'
    }
    throw differs('an object that was just put is not listed')
  }

  async #fetch(): Promise<string> {
    const request = await this.#storage.signGet(this.#key, { expiresAt: this.#expiresAt, signal: this.#signal })
    if (isPath(request)) return PATHS
    const { status, body } = await sendSigned(request, this.#signal)
    const { delivery } = this.#storage
    if (delivery !== undefined && status !== 200) throw new Undelivered(`a signed URL of ${delivery}`, status)
    if (status !== 200) throw new Unexpected('the GET of a signed URL', status)
    assertCanary(body)
    return `it was fetched through a signed URL${delivery === undefined ? '' : ` of ${delivery}`}`
  }

  /** Without its query, the URL of an object is one that nobody signed. */
  async #fetchUnsigned(): Promise<string> {
    const request = await this.#storage.signGet(this.#key, { expiresAt: this.#expiresAt, signal: this.#signal })
    const unsigned = new URL(request.url)
    unsigned.search = ''
    const { body } = await sendSigned({ ...request, url: unsigned.href }, this.#signal)
    if (body.equals(CANARY)) throw new Unprotected()
    return 'the CDN refuses it without a signature'
  }

  async #uploadDirectly(): Promise<string> {
    const request = await this.#signPut()
    if (isPath(request)) return PATHS
    const { status } = await sendSigned(request, this.#signal, CANARY)
    if (status < 200 || status > 299) throw new Unexpected('the PUT of a signed request', status)
    return 'it was put by a signed request'
  }

  async #cors(): Promise<Finding> {
    try {
      const purpose = { id: 'storage.cors', verb: 'upload' }
      return await preflightFinding(await this.#signPut(), this.#context.origin, purpose, this.#signal)
    } catch (error) {
      return this.#failed('storage.cors', error)
    }
  }

  /** Players fetch the segments of a stream by script, as ranges of one object. */
  async #playback(): Promise<Finding> {
    const purpose = { id: 'storage.playback_cors', verb: 'play streams and text tracks' }
    try {
      const options = { expiresAt: this.#expiresAt, signal: this.#signal }
      const request = await this.#storage.signGet(this.#key, options)
      const ranged = { ...request, headers: { ...request.headers, range: 'bytes=0-0' } }
      return await preflightFinding(ranged, this.#context.origin, purpose, this.#signal)
    } catch (error) {
      return this.#failed(purpose.id, error)
    }
  }

  async #multipart(): Promise<string> {
    const { multipart } = this.#storage
    const key = this.#partsKey
    const signal = this.#signal
    const { uploadId } = await multipart.create(key, { contentType: CONTENT_TYPE, signal })
    this.#unfinished.set(key, (options) => multipart.abort(key, uploadId, options))
    const request = await multipart.signPart(key, uploadId, 1, { expiresAt: this.#expiresAt, signal })
    const { status } = await sendSigned(request, signal, CANARY)
    if (status !== 200) throw new Unexpected('the PUT of a part', status)
    const parts = await multipart.listParts(key, uploadId, { signal })
    this.#left.add(key)
    const { byteSize } = await multipart.complete(key, uploadId, parts, { signal })
    this.#unfinished.delete(key)
    if (byteSize !== CANARY.byteLength) throw differs('an object made of parts does not have the size of its parts')
    return 'an object was made of parts'
  }

  async #uploadPieces(): Promise<string> {
    const { resumable } = this.#storage
    const key = this.#piecesKey
    const signal = this.#signal
    const byteSize = CANARY.byteLength
    let state = await resumable.begin(key, { contentType: CONTENT_TYPE, maxBytes: byteSize, signal })
    const { uploadId } = state
    this.#unfinished.set(key, (options) => resumable.abort(key, { uploadId }, options))
    for (const piece of PIECES) {
      for await (state of resumable.append(key, state, Readable.from([piece]), { byteSize, signal }));
    }
    this.#left.add(key)
    await resumable.finish(key, state, { signal })
    this.#unfinished.delete(key)
    const { body } = await this.#storage.get(key, { signal })
    assertCanary(await buffer(body))
    return 'an upload was interrupted and continued'
  }

  async #delete(): Promise<string> {
    for (const key of this.#left) {
      await this.#storage.delete(key, { signal: this.#signal })
      this.#left.delete(key)
    }
    return 'the object is deleted'
  }

  #signPut(): Promise<SignedRequest> {
    return this.#storage.signPut(this.#key, {
      expiresAt: this.#expiresAt,
      contentType: CONTENT_TYPE,
      byteSize: CANARY.byteLength,
      checksumSha256: createHash('sha256').update(CANARY).digest('hex'),
      signal: this.#signal,
    })
  }

  async #check(id: string, work: () => Promise<string>): Promise<Finding> {
    try {
      return { id, status: 'ok', summary: await work() }
    } catch (error) {
      return this.#failed(id, error)
    }
  }

  /** The finding for a failed step; a cut-off step has none. */
  #failed(id: string, error: unknown): Finding {
    this.#signal.throwIfAborted()
    if (error instanceof Unreachable) return unreachable(id, error, this.#storage)
    return { id, status: 'error', summary: reasonOf(error), fix: storageAdvice(error, this.#storage) }
  }
}

function unreachable(id: string, error: Unreachable, storage: StorageAdapter): Finding {
  const summary = `no server answers at ${error.origin}, the target of signed URLs: ${error.message}`
  return { id, status: 'warn', summary, fix: unreachableAdvice(storage) }
}

function differs(what: string): Error {
  return new Error(what)
}

function assertCanary(bytes: Buffer): void {
  if (!bytes.equals(CANARY)) throw differs('the bytes that were read differ from those that were put')
}
