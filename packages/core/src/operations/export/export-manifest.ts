import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Focus, Owner } from '../../domain/entities.ts'
import { codeOf } from '../../domain/error-text.ts'
import { type JsonObject, RindleError } from '../../domain/errors.ts'
import type { OwnedAttachment } from './owned-assets.ts'

/** A text track in the manifest of an export. */
export interface ExportedTrack {
  readonly kind: string
  readonly lang: string
  readonly label: string
  readonly isDefault: boolean
  /** Relative to the directory of the export. */
  readonly path: string
  readonly byteSize: number
  readonly sha256: string
}

/** A file in the manifest of an export. */
export interface ExportedAsset {
  readonly id: string
  readonly profile: string
  /** The name under which it was uploaded. */
  readonly filename: string
  /** Relative to the directory of the export. */
  readonly path: string
  readonly contentType: string | null
  readonly byteSize: number
  readonly sha256: string
  readonly kind: string | null
  readonly width: number | null
  readonly height: number | null
  readonly durationMs: number | null
  readonly focus: Focus | null
  readonly metadata: JsonObject
  readonly createdAt: string
  readonly attachments: readonly OwnedAttachment[]
  readonly tracks: readonly ExportedTrack[]
}

/** The contents of `manifest.json`. It holds no keys, URLs or secrets. */
export interface ExportManifest {
  readonly version: 1
  readonly owner: Owner
  readonly exportedAt: string
  readonly assets: readonly ExportedAsset[]
}

const MANIFEST = 'manifest.json'
const SUMS = 'SHA256SUMS'
const OWNER_MARK = '.rindle-export.json'

/**
 * The two lists of an export, written as it goes: `manifest.json`, and `SHA256SUMS` for `sha256sum --check`. Both get
 * their names when everything is there, so an export with a manifest is whole.
 */
export class ManifestWriter implements AsyncDisposable {
  readonly #directory: string
  readonly #manifest: FileHandle
  readonly #sums: FileHandle
  #isFirst = true

  private constructor(directory: string, manifest: FileHandle, sums: FileHandle) {
    this.#directory = directory
    this.#manifest = manifest
    this.#sums = sums
  }

  /**
   * Begins, or begins again, in a directory that is new, empty, or of an earlier export of this owner: `invalid_input`
   * for any other. The lists of an earlier export go.
   */
  static async open(directory: string, owner: Owner, exportedAt: Date): Promise<ManifestWriter> {
    await claimDirectory(directory, owner)
    for (const name of [MANIFEST, SUMS]) await rm(join(directory, name), { force: true })
    const [manifest, sums] = [
      await open(join(directory, `${MANIFEST}.partial`), 'w', 0o600),
      await open(join(directory, `${SUMS}.partial`), 'w', 0o600),
    ]
    const head = JSON.stringify({ version: 1, owner, exportedAt: exportedAt.toISOString() }).slice(0, -1)
    await manifest.write(`${head},"assets":[`)
    return new ManifestWriter(directory, manifest, sums)
  }

  async add(asset: ExportedAsset): Promise<void> {
    await this.#manifest.write(`${this.#isFirst ? '' : ','}\n${JSON.stringify(asset)}`)
    this.#isFirst = false
    for (const { sha256, path } of [asset, ...asset.tracks]) await this.#sums.write(`${sha256}  ${path}\n`)
  }

  async finish(): Promise<void> {
    await this.#manifest.write('\n]}\n')
    for (const file of [this.#manifest, this.#sums]) await file.sync()
    for (const name of [SUMS, MANIFEST]) {
      await rename(join(this.#directory, `${name}.partial`), join(this.#directory, name))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manifest.close()
    await this.#sums.close()
  }
}

async function claimDirectory(directory: string, { type, id }: Owner): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const mark = JSON.stringify({ owner: { type, id } })
  const path = join(directory, OWNER_MARK)
  try {
    if ((await readFile(path, 'utf8')) === mark) return
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    if ((await readdir(directory)).length === 0) return writeMark(path, mark)
  }
  throw new RindleError(
    'invalid_input',
    'The directory of an export must be new, or from an earlier export of the same owner. This one may hold other files.',
  )
}

async function writeMark(path: string, mark: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(mark)
}
