import type { Asset, Owner } from '../../domain/entities.ts'
import type { UploadOrigin } from '../upload-origin.ts'

/** An object to adopt: where it lies, which is also what tells it from others. */
export interface AdoptSource {
  /** The name of the configured storage that holds it; with `path`, your own name for the place that holds the file. */
  readonly storage: string
  /** Its key in that storage; with `path`, its name in that place. */
  readonly key: string
  /** A file that this process can read, for places that are no configured storage. Absolute. @default none */
  readonly path?: string
}

/** A place in which an adopted asset is attached. */
export interface AdoptPlace {
  readonly owner: Owner
  readonly slot: string
  /** Its position in a slot of many, from 0; the end where that is taken. @default the end */
  readonly position?: number
}

/** Options of `adopt`. */
export interface AdoptOptions extends UploadOrigin {
  /** The name that the user gave the file; only a sanitised form is stored. @default the last segment of the key */
  readonly filename?: string
  /** The declared type; the gate compares it with the bytes. @default none */
  readonly contentType?: string
  /** When the file first came, for files that are older than their asset. Not in the future. @default now */
  readonly createdAt?: Date
  /**
   * `copy` leaves the object where it is and keeps a copy. `in_place` makes the object itself the original, and never
   * writes, moves or deletes it: anyone who may write to its key can replace verified bytes.
   * @default 'copy'
   */
  readonly mode?: 'copy' | 'in_place'
  /** With `in_place`: the object belongs to Rindle from now on, and a purge deletes it. @default false */
  readonly takeOwnership?: boolean
  /** The MD5 that the bytes must have, in base64 or hex. Reads the object if its etag is not the MD5. @default none */
  readonly checksumMd5?: string
  /** The SHA-256 that the bytes must have, in lower-case hex. @default none */
  readonly checksumSha256?: string
  /** Further places, in the same transaction: for files that several records share. @default none */
  readonly attachments?: readonly AdoptPlace[]
  /** Gives up; a copy that was made is deleted. */
  readonly signal?: AbortSignal
}

/** Options of `adopt`, and the first place. */
export type AdoptOptionsWithPlace = AdoptOptions & Partial<AdoptPlace>

/** An adopted asset. */
export interface Adoption<P extends string = string> {
  readonly asset: Asset<P>
  /** Whether this call adopted it; `false`: an earlier or concurrent call did. */
  readonly isNew: boolean
}

/** The answer of a preview of an adoption. */
export interface AdoptionPreview<P extends string = string> {
  /** The asset of an earlier call; `null`: a call would adopt the object now. */
  readonly asset: Asset<P> | null
  /** Bytes. */
  readonly byteSize: number
  /** The type of the bytes. */
  readonly contentType: string
}
