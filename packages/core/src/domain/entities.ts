import type { JsonObject } from './errors.ts'
import type { MetadataPolicy } from './original-metadata.ts'
import type {
  AssetKind,
  AssetState,
  Lane,
  OutputKind,
  RunState,
  SessionState,
  TrackKind,
  UploadStrategy,
  VariantState,
} from './states.ts'

/** The application's record that a file belongs to. The id may be a number, a UUID or a cuid: it is stored as text. */
export interface Owner {
  readonly type: string
  readonly id: string | number
}

/** The point of a picture that matters, as fractions of its displayed width and height: 0 to 1, from the top left. */
export interface Focus {
  readonly x: number
  readonly y: number
}

/** Where an object lies. */
export interface ObjectAddress {
  /** The name of a configured storage. */
  readonly storage: string
  readonly key: string
}

/** One uploaded original. `P` is the profile's name, where the type knows it. */
export interface Asset<P extends string = string> {
  /** UUIDv7. */
  readonly id: string
  readonly profile: P
  /** The name of the configured storage that holds it. */
  readonly storage: string
  /** Its permanent key in that storage. */
  readonly storageKey: string
  readonly state: AssetState
  /** `null` until probed. */
  readonly kind: AssetKind | null
  /** The client's name for the file, sanitised; not escaped for any use. */
  readonly filename: string
  /** The type of the bytes; `null` until the gate has read them. */
  readonly contentType: string | null
  /** The type that the client declared. */
  readonly declaredContentType: string | null
  readonly byteSize: number | null
  /** Of the stored bytes, in lower-case hex. */
  readonly checksumSha256: string | null
  /** Of the bytes that were uploaded, if the profile removes metadata from originals; else `null`. */
  readonly uploadedSha256: string | null
  /** The removal that its original has gone through; `keep`: none. */
  readonly removedMetadata: MetadataPolicy
  readonly etag: string | null
  /** Pixels, as displayed: orientation and rotation are applied. */
  readonly width: number | null
  /** Pixels, as displayed. */
  readonly height: number | null
  readonly durationMs: number | null
  readonly hasVideoTrack: boolean | null
  readonly hasAudioTrack: boolean | null
  /** The findings of probe and analyzers: from untrusted bytes, cleaned. */
  readonly metadata: JsonObject
  /** A code: why it is quarantined, or what it waits for. */
  readonly errorReason: string | null
  /** The same as a sentence for a person. Holds no secrets. */
  readonly errorMessage: string | null
  /**
   * The time since which its promotion, its purge, or the extraction of its subtitles waits for an outage to end, or for
   * a worker that can do it; never for its bytes.
   */
  readonly waitingSince: Date | null
  /** The time at which its stored original was found damaged or gone; `null` again when it is found intact. */
  readonly originalDamagedAt: Date | null
  /** The point that crops with `position: 'focal'` are cut around; `null`: the centre of attention. */
  readonly focus: Focus | null
  /**
   * A ThumbHash of the picture in base64, some 21 bytes: its placeholder. `null`: none was made, or the profile wants
   * none.
   */
  readonly thumbHash: string | null
  /** Where its bytes were found, if it was adopted; otherwise `null`. */
  readonly adoptedFrom: ObjectAddress | null
  /**
   * Whether its original lies where it was found and is not Rindle's: it is read and delivered, but never written, moved
   * or deleted.
   */
  readonly inPlace: boolean
  /** The time since which it is in the trash; `null`: it is not. */
  readonly trashedAt: Date | null
  /** The time from which it is purged: the end of its time in the trash, or when a hold blocked its purge. */
  readonly purgeAt: Date | null
  /** The tenant of the application that it belongs to, for good; a part of its keys. `null`: none. */
  readonly tenant: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One named output made from an asset. `N` is its name, where the type knows it. */
export interface Variant<N extends string = string> {
  /** UUIDv7. */
  readonly id: string
  readonly assetId: string
  readonly name: N
  readonly state: VariantState
  readonly outputKind: OutputKind
  /** The form of its recipe. */
  readonly recipe: JsonObject
  readonly recipeDigest: string
  /** The lane of its work. */
  readonly queue: Lane
  /** The class of its work: variants of one class are made together. */
  readonly workClass: string
  /** Whether it is made only when a page first asks for it. The state of its asset does not depend on it. */
  readonly onDemand: boolean
  /** When a page last asked for it, to the day; only of variants on demand. */
  readonly lastAskedAt: Date | null
  /** The key of its object; `null` when none was made or it was purged. */
  readonly storageKey: string | null
  readonly contentType: string | null
  readonly byteSize: number | null
  /** Pixels. */
  readonly width: number | null
  /** Pixels. */
  readonly height: number | null
  readonly durationMs: number | null
  /** Percent, 0 to 100. */
  readonly progress: number
  /** The number of the current or last attempt; 0 before the first. */
  readonly attempt: number
  /** The job that claimed it. */
  readonly jobId: string | null
  /** The processor's facts about its output, such as the tiles of a thumbnail strip. */
  readonly metadata: JsonObject
  /** A code: why it failed, or what it waits for. */
  readonly errorReason: string | null
  /** The same as a sentence for a person. Holds no secrets. */
  readonly errorMessage: string | null
  /** The time since which it waits for an outage to end or for a newer worker; never for its source. */
  readonly waitingSince: Date | null
  /** The time at which its object was made. */
  readonly generatedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One text track of an asset, stored as WebVTT. */
export interface MediaTrack {
  /** UUIDv7. */
  readonly id: string
  readonly assetId: string
  readonly kind: TrackKind
  /** A canonical BCP 47 tag: "pt-BR". */
  readonly lang: string
  /** The name that a player shows; cleaned, but not escaped for any use. */
  readonly label: string
  /**
   * Whether a player shows it by itself: at most one of the asset's captions and subtitles, and at most one of its
   * chapters.
   */
  readonly isDefault: boolean
  /** The stream of the original that it was extracted from; `null`: it was added. */
  readonly sourceIndex: number | null
  /** The key of its object. */
  readonly storageKey: string
  readonly byteSize: number
  readonly cueCount: number
  /** The time at which its object was found damaged or gone; `null` again when it is found intact. */
  readonly damagedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A claim of an owner on an asset, at a slot. */
export interface Attachment {
  /** UUIDv7. */
  readonly id: string
  readonly assetId: string
  readonly ownerType: string
  readonly ownerId: string
  /** The name of the place: "avatar", "gallery". */
  readonly slot: string
  /** Order within the slot, from 0. */
  readonly position: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The former claim of an owner on an asset in the trash; restoring the asset brings it back. */
export interface TrashedAttachment extends Omit<Attachment, 'updatedAt'> {
  readonly trashedAt: Date
}

/** A hold on an asset: nothing deletes the asset, a variant or a track of it until the hold ends. */
export interface Hold {
  readonly assetId: string
  /** Why, for a person. */
  readonly reason: string
  /** The time at which it ends by itself; `null`: when somebody ends it. */
  readonly until: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The durable handle of one upload in flight. The URI of a resumable session is a secret and no part of it. */
export interface UploadSession {
  /** UUIDv7. */
  readonly id: string
  readonly assetId: string
  readonly state: SessionState
  readonly uploadStrategy: UploadStrategy
  /** "tus" for a resumable session. */
  readonly resumableProtocol: string | null
  /** The client's own metadata, exactly as that protocol carried it: untrusted, and returned to the client. */
  readonly resumableMetadata: string | null
  /**
   * `partial`: its bytes are a piece of another upload, never a file of their own. `final;` and the URLs of its pieces:
   * it was concatenated from them. `null`: neither.
   */
  readonly resumableConcat: string | null
  /** The actor who began it, as the application named them; `null` when the application named none. */
  readonly actorId: string | null
  /** The tenant of its asset. */
  readonly tenant: string | null
  /** The key that the client writes to. */
  readonly uploadKey: string
  /** Declared size in bytes; `null` while the client has not said. */
  readonly uploadLength: number | null
  /** Declared SHA-256, lower-case hex. */
  readonly declaredChecksum: string | null
  /** Bytes that the store is known to hold. */
  readonly lastKnownOffset: number | null
  readonly expiresAt: Date | null
  readonly verifiedAt: Date | null
  readonly failureReason: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One attempt of background work, kept as audit. It outlives its asset. */
export interface ProcessingRun {
  /** UUIDv7. */
  readonly id: string
  readonly assetId: string
  /** `null` for work on the asset itself. */
  readonly variantName: string | null
  /** The kind of work: "promote", "process", "media", "purge". */
  readonly worker: string
  readonly state: RunState
  readonly attempt: number
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly errorReason: string | null
  readonly details: JsonObject
  readonly createdAt: Date
  readonly updatedAt: Date
}
