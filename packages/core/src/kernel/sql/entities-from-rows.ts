import type { Asset, Attachment, Focus, Hold, MediaTrack, TrashedAttachment, Variant } from '../../domain/entities.ts'
import type { JsonObject } from '../../domain/errors.ts'
import type { MetadataPolicy } from '../../domain/original-metadata.ts'
import type { RecipeSource } from '../../domain/recipe.ts'
import type { AssetKind, AssetState, Lane, OutputKind, TrackKind, VariantState } from '../../domain/states.ts'
import {
  boolean,
  booleanOrNull,
  json,
  number,
  numberOrNull,
  type Row,
  text,
  textOrNull,
  time,
  timeOrNull,
} from './row-values.ts'

/** Reads a row of `media_assets`, with every column. */
export function assetFromRow(row: Row): Asset {
  return {
    id: text(row, 'id'),
    profile: text(row, 'profile'),
    storage: text(row, 'storage'),
    storageKey: text(row, 'storage_key'),
    state: text(row, 'state') as AssetState,
    kind: textOrNull(row, 'kind') as AssetKind | null,
    filename: text(row, 'filename'),
    contentType: textOrNull(row, 'content_type'),
    declaredContentType: textOrNull(row, 'declared_content_type'),
    byteSize: numberOrNull(row, 'byte_size'),
    checksumSha256: textOrNull(row, 'checksum_sha256'),
    uploadedSha256: textOrNull(row, 'uploaded_sha256'),
    removedMetadata: text(row, 'removed_metadata') as MetadataPolicy,
    etag: textOrNull(row, 'etag'),
    width: numberOrNull(row, 'width'),
    height: numberOrNull(row, 'height'),
    durationMs: numberOrNull(row, 'duration_ms'),
    hasVideoTrack: booleanOrNull(row, 'has_video_track'),
    hasAudioTrack: booleanOrNull(row, 'has_audio_track'),
    metadata: json<JsonObject>(row, 'metadata'),
    errorReason: textOrNull(row, 'error_reason'),
    errorMessage: textOrNull(row, 'error_message'),
    waitingSince: timeOrNull(row, 'waiting_since'),
    originalDamagedAt: timeOrNull(row, 'original_damaged_at'),
    focus: focusFromRow(row),
    thumbHash: textOrNull(row, 'thumb_hash'),
    adoptedFrom: adoptedFromRow(row),
    inPlace: boolean(row, 'in_place'),
    trashedAt: timeOrNull(row, 'trashed_at'),
    purgeAt: timeOrNull(row, 'purge_at'),
    tenant: textOrNull(row, 'tenant'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
  }
}

function adoptedFromRow(row: Row): Asset['adoptedFrom'] {
  const key = textOrNull(row, 'adopted_key')
  return key === null ? null : { storage: text(row, 'adopted_storage'), key }
}

/** Reads a row of `media_variants`, with every column. */
export function variantFromRow(row: Row): Variant {
  return {
    id: text(row, 'id'),
    assetId: text(row, 'asset_id'),
    name: text(row, 'name'),
    state: text(row, 'state') as VariantState,
    outputKind: text(row, 'output_kind') as OutputKind,
    recipe: json<JsonObject>(row, 'recipe'),
    recipeDigest: text(row, 'recipe_digest'),
    ...workFromRow(row),
    onDemand: boolean(row, 'on_demand'),
    lastAskedAt: timeOrNull(row, 'last_asked_at'),
    storageKey: textOrNull(row, 'storage_key'),
    contentType: textOrNull(row, 'content_type'),
    byteSize: numberOrNull(row, 'byte_size'),
    width: numberOrNull(row, 'width'),
    height: numberOrNull(row, 'height'),
    durationMs: numberOrNull(row, 'duration_ms'),
    progress: number(row, 'progress'),
    attempt: number(row, 'attempt'),
    jobId: textOrNull(row, 'job_id'),
    metadata: json<JsonObject>(row, 'metadata'),
    errorReason: textOrNull(row, 'error_reason'),
    errorMessage: textOrNull(row, 'error_message'),
    waitingSince: timeOrNull(row, 'waiting_since'),
    generatedAt: timeOrNull(row, 'generated_at'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
  }
}

/** Reads the lane and the class of work of a row of `media_variants`. */
export function workFromRow(row: Row): Pick<Variant, 'queue' | 'workClass'> {
  return { queue: text(row, 'queue') as Lane, workClass: text(row, 'work_class') }
}

/** The columns of `media_assets` that {@link recipeSourceFromRow} reads. */
export const RECIPE_SOURCE_COLUMNS =
  'kind, content_type, width, height, duration_ms, has_video_track, has_audio_track, metadata, focus_x, focus_y'

/** Reads the fields of an asset that decide whether a recipe can be made from it. */
export function recipeSourceFromRow(row: Row): RecipeSource {
  return {
    kind: textOrNull(row, 'kind') as AssetKind | null,
    contentType: textOrNull(row, 'content_type'),
    width: numberOrNull(row, 'width'),
    height: numberOrNull(row, 'height'),
    durationMs: numberOrNull(row, 'duration_ms'),
    hasVideoTrack: booleanOrNull(row, 'has_video_track'),
    hasAudioTrack: booleanOrNull(row, 'has_audio_track'),
    metadata: json<JsonObject>(row, 'metadata'),
    focus: focusFromRow(row),
  }
}

function focusFromRow(row: Row): Focus | null {
  const [x, y] = [numberOrNull(row, 'focus_x'), numberOrNull(row, 'focus_y')]
  return x === null || y === null ? null : { x, y }
}

/** Reads a row of `media_tracks`, with every column. */
export function trackFromRow(row: Row): MediaTrack {
  return {
    id: text(row, 'id'),
    assetId: text(row, 'asset_id'),
    kind: text(row, 'kind') as TrackKind,
    lang: text(row, 'lang'),
    label: text(row, 'label'),
    isDefault: boolean(row, 'is_default'),
    sourceIndex: numberOrNull(row, 'source_index'),
    storageKey: text(row, 'storage_key'),
    byteSize: number(row, 'byte_size'),
    cueCount: number(row, 'cue_count'),
    damagedAt: timeOrNull(row, 'damaged_at'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
  }
}

/** Reads a row of `media_attachments`, with every column. */
export function attachmentFromRow(row: Row): Attachment {
  return { ...claimFromRow(row), updatedAt: time(row, 'updated_at') }
}

/** Reads a row of `media_trashed_attachments`, with every column. */
export function trashedAttachmentFromRow(row: Row): TrashedAttachment {
  return { ...claimFromRow(row), trashedAt: time(row, 'trashed_at') }
}

/** The columns that both have: a former attachment keeps those of the attachment. */
function claimFromRow(row: Row): Omit<Attachment, 'updatedAt'> {
  return {
    id: text(row, 'id'),
    assetId: text(row, 'asset_id'),
    ownerType: text(row, 'owner_type'),
    ownerId: text(row, 'owner_id'),
    slot: text(row, 'slot'),
    position: number(row, 'position'),
    createdAt: time(row, 'created_at'),
  }
}

/** Reads a row of `media_holds`, with every column. */
export function holdFromRow(row: Row): Hold {
  return {
    assetId: text(row, 'asset_id'),
    reason: text(row, 'reason'),
    until: timeOrNull(row, 'until'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
  }
}
