import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { SignedRequest, StorageAdapter } from '@rindle/core'
import type { SignPutOptions } from '@rindle/core/adapter'
import { patternBytes, putBytes, readBytes } from './bodies.ts'
import type { SendSigned, StorageContractCase, StorageSubject } from './contract-case.ts'
import { isAbsent } from './expectations.ts'

const KEY = 'album/photo.txt'
const BYTES = patternBytes(70_000, 4)
const OTHER_BYTES = patternBytes(70_000, 5)

/** Signed requests, proven by sending them. */
export const signingCases: readonly StorageContractCase[] = [
  {
    name: 'delivers by a signed GET, with the headers that were signed',
    needs: 'signed_url',
    run: async (subject) => {
      await putBytes(subject.adapter, KEY, BYTES)
      const disposition = 'attachment; filename="photo.txt"'
      const request = await subject.adapter.signGet(KEY, {
        expiresAt: inAMinute(),
        disposition,
        contentType: 'text/csv',
      })
      assert.equal(request.method, 'GET')
      const response = await senderOf(subject)(request)
      assert.equal(response.status, 200)
      assert.ok(BYTES.equals(Buffer.from(await response.arrayBuffer())))
      assert.equal(response.headers.get('content-disposition'), disposition)
      assert.match(response.headers.get('content-type') ?? '', /^text\/csv/)
    },
  },
  {
    name: 'refuses a signed GET that has expired or was altered',
    needs: 'signed_url',
    run: async (subject) => {
      await putBytes(subject.adapter, KEY, BYTES)
      await isRefused(subject, await subject.adapter.signGet(KEY, { expiresAt: aMinuteAgo() }))
      await isRefused(subject, altered(await subject.adapter.signGet(KEY, { expiresAt: inAMinute() })))
    },
  },
  {
    name: 'refuses a PUT by a URL that was signed for GET',
    needs: 'signed_url',
    run: async (subject) => {
      await putBytes(subject.adapter, KEY, BYTES)
      const request = await subject.adapter.signGet(KEY, { expiresAt: inAMinute() })
      await isRefused(subject, { ...request, method: 'PUT' }, OTHER_BYTES)
      assert.ok(BYTES.equals(await readBytes(subject.adapter, KEY)))
    },
  },
  {
    name: 'stores by a signed PUT',
    needs: 'presigned_put',
    run: async (subject) => {
      const request = await signPut(subject.adapter, { byteSize: 70_000, checksumSha256: sha256(BYTES) })
      assert.equal(request.method, 'PUT')
      const response = await senderOf(subject)(request, BYTES)
      assert.ok(response.ok, `the answer was ${response.status}`)
      assert.ok(BYTES.equals(await readBytes(subject.adapter, KEY)))
    },
  },
  {
    name: 'refuses a signed PUT that has expired or was altered',
    needs: 'presigned_put',
    run: async (subject) => {
      await isRefused(subject, await signPut(subject.adapter, { expiresAt: aMinuteAgo() }), BYTES)
      await isRefused(subject, altered(await signPut(subject.adapter, {})), BYTES)
      await isAbsent(subject.adapter, KEY)
    },
  },
  {
    name: 'refuses a signed PUT of another length or other bytes than were signed',
    needs: 'presigned_put',
    run: async (subject) => {
      await isRefused(subject, await signPut(subject.adapter, { byteSize: 69_999 }), BYTES)
      await isRefused(subject, await signPut(subject.adapter, { byteSize: 70_001 }), BYTES)
      await isRefused(subject, await signPut(subject.adapter, { checksumSha256: sha256(BYTES) }), OTHER_BYTES)
      await isAbsent(subject.adapter, KEY)
    },
  },
  {
    name: 'puts what it signs into a token that it opens again',
    needs: 'local',
    run: async ({ adapter }) => {
      const grant = { expiresAt: inAMinute(), contentType: 'text/plain', byteSize: 5, checksumSha256: sha256(BYTES) }
      const put = adapter.openToken(tokenOf(await adapter.signPut(KEY, grant)), 'PUT', new Date())
      assert.deepEqual(put, { ...grant, method: 'PUT', key: KEY })
      const view = { expiresAt: inAMinute(), disposition: 'inline', contentType: 'image/png' }
      const get = adapter.openToken(tokenOf(await adapter.signGet(KEY, view)), 'GET', new Date())
      assert.deepEqual(get, { ...view, method: 'GET', key: KEY })
    },
  },
]

/** The sender of a subject; an adapter that signs must have one. */
export function senderOf({ send }: StorageSubject): SendSigned {
  return send ?? assert.fail('An adapter that signs also needs `send`: only a request proves a signature.')
}

/** Checks that a request is answered with a refusal. */
export async function isRefused(
  subject: StorageSubject,
  request: SignedRequest,
  body?: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { status } = await senderOf(subject)(request, body)
  assert.ok(status >= 400 && status < 500, `the request must be refused, but the answer was ${status}`)
}

/** A moment at which a signature made now is still valid. */
export function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}

function aMinuteAgo(): Date {
  return new Date(Date.now() - 60_000)
}

function signPut(adapter: StorageAdapter, options: Partial<SignPutOptions>): Promise<SignedRequest> {
  return adapter.signPut(KEY, { expiresAt: inAMinute(), contentType: 'text/plain', ...options })
}

function altered(request: SignedRequest): SignedRequest {
  return { ...request, url: request.url.slice(0, -1) + (request.url.endsWith('a') ? 'b' : 'a') }
}

function tokenOf({ url }: SignedRequest): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
