import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { isRindleError, type StorageAdapter, type StorageCapability } from '@rindle/core'
import { type ResumableState, STORAGE_CAPABILITIES } from '@rindle/core/adapter'
import { soundFindings } from '../sound-findings.ts'
import { bodyOf, patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { collect, failureOf, listAll, listKeys } from './expectations.ts'

const KEY = 'album/photo.txt'
const EXPIRES_AT = new Date('2999-01-01T00:00:00Z')

const NOTHING_YET: ResumableState = { offset: 0, uploadId: null, notes: {} }

const OPTIONAL_METHODS: readonly {
  readonly method: string
  readonly capability: StorageCapability
  readonly call: (adapter: StorageAdapter) => unknown
}[] = [
  { method: 'head', capability: 'head', call: (adapter) => adapter.head(KEY) },
  { method: 'copy', capability: 'server_side_copy', call: (adapter) => adapter.copy(KEY, 'copy.txt') },
  { method: 'list', capability: 'list', call: (adapter) => listAll(adapter, '') },
  { method: 'publicUrl', capability: 'public_url', call: (adapter) => adapter.publicUrl(KEY) },
  { method: 'signGet', capability: 'signed_url', call: (adapter) => adapter.signGet(KEY, { expiresAt: EXPIRES_AT }) },
  {
    method: 'signPut',
    capability: 'presigned_put',
    call: (adapter) => adapter.signPut(KEY, { expiresAt: EXPIRES_AT, contentType: 'text/plain' }),
  },
  { method: 'localPath', capability: 'local', call: (adapter) => adapter.localPath(KEY) },
  { method: 'openToken', capability: 'local', call: (adapter) => adapter.openToken('a.b', 'GET', new Date(0)) },
  {
    method: 'multipart.create',
    capability: 'multipart_upload',
    call: ({ multipart }) => multipart.create(KEY, { contentType: 'text/plain' }),
  },
  {
    method: 'multipart.signPart',
    capability: 'multipart_upload',
    call: ({ multipart }) => multipart.signPart(KEY, 'upload', 1, { expiresAt: EXPIRES_AT }),
  },
  {
    method: 'multipart.listParts',
    capability: 'multipart_upload',
    call: ({ multipart }) => multipart.listParts(KEY, 'upload'),
  },
  {
    method: 'multipart.complete',
    capability: 'multipart_upload',
    call: ({ multipart }) => multipart.complete(KEY, 'upload', []),
  },
  {
    method: 'multipart.abort',
    capability: 'multipart_upload',
    call: ({ multipart }) => multipart.abort(KEY, 'upload'),
  },
  {
    method: 'multipart.listUploads',
    capability: 'multipart_upload',
    call: ({ multipart }) => collect(multipart.listUploads('')),
  },
  {
    method: 'resumable.begin',
    capability: 'resumable_upload',
    call: ({ resumable }) => resumable.begin(KEY, { contentType: 'text/plain', maxBytes: 9 }),
  },
  {
    method: 'resumable.append',
    capability: 'resumable_upload',
    call: ({ resumable }) => collect(resumable.append(KEY, NOTHING_YET, bodyOf(patternBytes(9)))),
  },
  {
    method: 'resumable.finish',
    capability: 'resumable_upload',
    call: ({ resumable }) => resumable.finish(KEY, NOTHING_YET),
  },
  {
    method: 'resumable.abort',
    capability: 'resumable_upload',
    call: ({ resumable }) => resumable.abort(KEY, NOTHING_YET),
  },
]

/** An adapter supports what it declares, and refuses the rest by name. */
export const capabilityCases: readonly StorageContractCase[] = [
  {
    name: 'has a name of low cardinality and only capabilities that exist',
    run: async ({ adapter }) => {
      assert.match(adapter.name, /^[a-z][a-z0-9-]{0,30}$/)
      const known: ReadonlySet<string> = new Set(STORAGE_CAPABILITIES)
      assert.deepEqual(
        [...adapter.capabilities].filter((capability) => !known.has(capability)),
        [],
      )
    },
  },
  ...OPTIONAL_METHODS.map(
    ({ method, capability, call }): StorageContractCase => ({
      name: `refuses ${method} with capability_unsupported when it does not declare ${capability}`,
      needsAbsent: capability,
      run: async ({ adapter }) => {
        await putBytes(adapter, KEY, patternBytes(9))
        const error = await failureOf(() => call(adapter))
        if (!isRindleError(error, 'capability_unsupported')) assert.fail(`it failed otherwise: ${String(error)}`)
        assert.equal(error.details.capability, capability)
        assert.equal(error.details.adapter, adapter.name)
      },
    }),
  ),
  {
    name: 'starts and stops any number of times, and keeps its objects',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(9))
      await Promise.all([adapter.start(), adapter.start()])
      await adapter.stop()
      await adapter.stop()
      await adapter.start()
      assert.ok(patternBytes(9).equals(await readBytes(adapter, KEY)))
    },
  },
  {
    name: 'identifies itself as it does when it starts',
    run: async ({ adapter }) => {
      const before = await adapter.identify()
      assert.equal(await adapter.start(), before)
      assert.equal(await adapter.identify(), before)
    },
  },
  {
    name: 'checks itself, says how to fix each problem, and changes nothing',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(9))
      await soundFindings(adapter.diagnose({ signal: new AbortController().signal }))
      if (adapter.capabilities.has('list')) assert.deepEqual(await listKeys(adapter, ''), [KEY])
      assert.ok(patternBytes(9).equals(await readBytes(adapter, KEY)))
    },
  },
  {
    name: 'gives a public URL that is absolute and names the object',
    needs: 'public_url',
    run: async ({ adapter }) => {
      const { pathname } = new URL(adapter.publicUrl(KEY))
      assert.ok(pathname.endsWith(KEY), pathname)
    },
  },
  {
    name: 'gives the path of the file that holds the bytes',
    needs: 'local',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(999))
      assert.ok(patternBytes(999).equals(await readFile(adapter.localPath(KEY))))
    },
  },
]
