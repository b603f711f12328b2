import { randomUUID } from 'node:crypto'
import type { StorageCapability } from '@rindle/core'
import { type Breakage, type Change, declaring, NO_OBJECT, notDeclaring } from './breakage.ts'

const FAR = new Date('2999-01-01T00:00:00Z')
const SAFE_KEY = 'safe.txt'

// The memory storage can do these: it only stops to say so.
const UNDECLARED: readonly (readonly [StorageCapability, string])[] = [
  ['head', 'head'],
  ['server_side_copy', 'copy'],
  ['list', 'list'],
  ['signed_url', 'signGet'],
  ['presigned_put', 'signPut'],
  ['multipart_upload', 'multipart.create'],
  ['multipart_upload', 'multipart.signPart'],
  ['multipart_upload', 'multipart.listParts'],
  ['multipart_upload', 'multipart.complete'],
  ['multipart_upload', 'multipart.abort'],
  ['multipart_upload', 'multipart.listUploads'],
  ['resumable_upload', 'resumable.begin'],
  ['resumable_upload', 'resumable.append'],
  ['resumable_upload', 'resumable.finish'],
  ['resumable_upload', 'resumable.abort'],
]

const PRETENDED: readonly (readonly [StorageCapability, string, Change])[] = [
  ['public_url', 'publicUrl', () => ({ publicUrl: (key) => `https://cdn.example/${key}` })],
  ['local', 'localPath', () => ({ localPath: (key) => `/srv/${key}` })],
  ['local', 'openToken', () => ({ openToken: () => ({ method: 'GET', key: SAFE_KEY, expiresAt: FAR }) })],
]

const HOSTILE_KEYS: Readonly<Record<string, Change>> = {
  put: (good) => ({ put: (_key, body, options) => good.put(SAFE_KEY, body, options) }),
  get: (good) => ({ get: () => good.get('good.txt') }),
  download: () => ({ download: async () => NO_OBJECT }),
  head: (good) => ({ head: () => good.head(SAFE_KEY) }),
  delete: (good) => ({ delete: () => good.delete(SAFE_KEY) }),
  'copy (from)': (good) => ({ copy: (_from, to) => good.copy('good.txt', to) }),
  'copy (to)': (good) => ({ copy: (from) => good.copy(from, SAFE_KEY) }),
  publicUrl: (good) => ({
    capabilities: declaring(good, 'public_url'),
    publicUrl: (key) => `https://cdn.example/${key}`,
  }),
  signGet: (good) => ({ signGet: (_key, options) => good.signGet(SAFE_KEY, options) }),
  signPut: (good) => ({ signPut: (_key, options) => good.signPut(SAFE_KEY, options) }),
  'multipart.create': (good) => ({
    multipart: { ...good.multipart, create: async () => ({ uploadId: 'any' }) },
  }),
  'resumable.begin': (good) => ({
    resumable: { ...good.resumable, begin: (_key, options) => good.resumable.begin(SAFE_KEY, options) },
  }),
  localPath: (good) => ({ capabilities: declaring(good, 'local'), localPath: (key) => `/srv/${key}` }),
}

export const capabilityBreakages: readonly Breakage[] = [
  {
    caseName: 'has a name of low cardinality and only capabilities that exist',
    how: 'has a bucket in its name',
    breaks: () => ({ name: 'Bucket 17' }),
  },
  ...UNDECLARED.map(([capability, method]) => ({
    caseName: `refuses ${method} with capability_unsupported when it does not declare ${capability}`,
    how: `lets ${method} go on`,
    breaks: ((good) => ({ capabilities: notDeclaring(good, capability) })) satisfies Change,
  })),
  ...PRETENDED.map(([capability, method, breaks]) => ({
    caseName: `refuses ${method} with capability_unsupported when it does not declare ${capability}`,
    how: `lets ${method} succeed`,
    breaks,
  })),
  ...Object.entries(HOSTILE_KEYS).map(([method, breaks]) => ({
    caseName: `refuses hostile keys in ${method}`,
    how: 'uses another key instead',
    breaks,
  })),
  {
    caseName: 'starts and stops any number of times, and keeps its objects',
    how: 'forgets its objects on stop',
    breaks: (good) => ({ stop: () => good.delete('album/photo.txt') }),
  },
  {
    caseName: 'identifies itself as it does when it starts',
    how: 'is another one each time',
    breaks: () => ({ identify: async () => randomUUID() }),
  },
  {
    caseName: 'checks itself, says how to fix each problem, and changes nothing',
    how: 'does not say what to do',
    breaks: () => ({
      async *diagnose() {
        yield { id: 'storage.disk', status: 'warn', summary: 'the disk is nearly full' }
      },
    }),
  },
  {
    caseName: 'gives a public URL that is absolute and names the object',
    how: 'gives one URL for all',
    breaks: (good) => ({
      capabilities: declaring(good, 'public_url'),
      publicUrl: () => 'https://cdn.example/',
    }),
  },
  {
    caseName: 'gives the path of the file that holds the bytes',
    how: 'gives the path of another file',
    breaks: (good) => ({ capabilities: declaring(good, 'local'), localPath: () => import.meta.filename }),
  },
]
