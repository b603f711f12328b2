import { resolve } from 'node:path'
import { RindleError } from '@rindle/core'
import type { FoundFile, FoundPlace, ImportSource } from './found-file.ts'
import { readJson } from './source-tables.ts'
import { sourceTime } from './source-time.ts'

const PAGE = 500

/** A document of an upload collection. */
interface UploadDocument {
  readonly id: string
  readonly filename: string
  readonly prefix: string
  readonly createdAt: string | undefined
}

/** Which field of which documents refers to the files, and as what they are attached. */
export interface Relation {
  /** A JSON file of documents. */
  readonly file: string
  /** A path of field names: "hero", "layout.image". */
  readonly field: string
  readonly ownerType: string
  readonly slot: string
}

/** Reads `<file>:<field>=<ownerType>/<slot>`. `invalid_input`. Pure. */
export function relationOf(text: string): Relation {
  const [, file, field, ownerType, slot] = /^(.+):([\w.]+)=([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (file !== undefined && field !== undefined && ownerType !== undefined && slot !== undefined) {
    return { file, field, ownerType, slot }
  }
  const message = `--relation must be <file>:<field>=<ownerType>/<slot>, as in posts.json:hero=post/cover; not "${text}".`
  throw new RindleError('invalid_input', message)
}

/** Reads the documents of an upload collection, as Payload's REST API gives them; sizes are left out. */
export async function payloadSource(place: string, relations: readonly Relation[], cwd: string): Promise<ImportSource> {
  const uploads = (await docsIn(place, cwd)).map((doc) => uploadOf(doc, place))
  const places = await placesBy(relations, cwd)
  return {
    count: async () => uploads.length,
    async *files() {
      for (let start = 0; start < uploads.length; start += PAGE) {
        yield uploads.slice(start, start + PAGE).map((doc) => fileOf(doc, places.get(doc.id) ?? []))
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function uploadOf(doc: unknown, name: string): UploadDocument {
  const fields = (typeof doc === 'object' && doc !== null ? doc : {}) as Readonly<Record<string, unknown>>
  const { filename, prefix, createdAt } = fields
  if (typeof filename === 'string' && filename !== '') {
    return {
      id: idOf(doc, name),
      filename,
      prefix: typeof prefix === 'string' ? prefix : '',
      createdAt: typeof createdAt === 'string' ? createdAt : undefined,
    }
  }
  throw new RindleError(
    'invalid_input',
    `${name} must hold the documents of an upload collection, each with a filename.`,
  )
}

function idOf(doc: unknown, name: string): string {
  const id: unknown = typeof doc === 'object' && doc !== null ? Reflect.get(doc, 'id') : undefined
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  throw new RindleError('invalid_input', `${name} holds a document without an id.`)
}

async function docsIn(name: string, cwd: string): Promise<readonly unknown[]> {
  const document = await readJson(resolve(cwd, name), name)
  const docs: unknown = Array.isArray(document) ? document : (document as { readonly docs?: unknown } | null)?.docs
  if (Array.isArray(docs)) return docs as readonly unknown[]
  throw new RindleError('invalid_input', `${name} must be a list of documents, or an answer of the API with "docs".`)
}

/** The places of each file, by its id. */
async function placesBy(relations: readonly Relation[], cwd: string): Promise<ReadonlyMap<string, FoundPlace[]>> {
  const places = new Map<string, FoundPlace[]>()
  for (const { file, field, ownerType, slot } of relations) {
    for (const doc of await docsIn(file, cwd)) {
      const ownerId = idOf(doc, file)
      // One document may show a file twice, but a slot holds it once.
      const ids = new Set(idsAt(doc, field.split('.')))
      for (const [position, fileId] of [...ids].entries()) {
        const place = { type: ownerType, ownerType, ownerId, slot, position }
        places.set(fileId, [...(places.get(fileId) ?? []), place])
      }
    }
  }
  return places
}

/** The ids at a path of fields, through lists; a document that the API has populated counts by its id. */
function idsAt(value: unknown, path: readonly string[]): readonly string[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item) => idsAt(item, path))
  const [field, ...rest] = path
  if (field !== undefined) return typeof value === 'object' ? idsAt(Reflect.get(value, field), rest) : []
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  // A polymorphic field: { relationTo, value }.
  if (typeof value !== 'object') return []
  return idsAt(Reflect.get(value, 'value' in value ? 'value' : 'id'), [])
}

function fileOf({ filename, prefix, createdAt }: UploadDocument, places: readonly FoundPlace[]): FoundFile {
  const at = sourceTime(createdAt)
  const path = prefix === '' ? filename : `${prefix}/${filename}`
  return { key: filename, path, filename, ...(at === undefined ? {} : { createdAt: at }), places }
}
