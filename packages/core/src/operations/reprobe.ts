import { type FileHandle, open } from 'node:fs/promises'
import { assetById } from '../assets/read.ts'
import { claimsOf } from '../domain/claims.ts'
import { kindOf } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { notDeliverable } from '../domain/not-deliverable.ts'
import { probedType, readingOf } from '../domain/reading.ts'
import { isDeliverable } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { sniff } from '../kernel/sniffing/sniff.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import type { SourceFile } from '../ports/processor.ts'
import { type ProbedFields, probedFields, probeFile } from '../promotion/probe-file.ts'
import { acquireOriginal, assertWhole } from '../variants/making/original.ts'
import { runOperation } from './run-operation.ts'

/** Options of {@link reprobe}. */
export interface ReprobeOptions {
  /** Reads, and writes nothing. @default false */
  readonly dryRun?: boolean
}

/** The results of {@link reprobe}. */
export interface ReprobeReport {
  /** The asset as it is now, or would be. */
  readonly asset: Asset
  /** The fields whose values have changed. */
  readonly changed: readonly ReprobedField[]
  readonly dryRun: boolean
}

/** A field that {@link reprobe} writes. */
export type ReprobedField = keyof ReprobedFields

type ReprobedFields = ProbedFields & Pick<Asset, 'contentType'>

/** Nothing aborts a probe: it reads a header. */
const NEVER = new AbortController().signal

/**
 * Reads the original of one deliverable asset again and writes the facts that it states: content type, kind,
 * dimensions, duration and tracks; facts that no longer apply become `null`, and nothing else changes. Safe to repeat.
 * `not_found`, `not_deliverable`; `corrupt_media` and `limit_exceeded` leave the row unchanged. An original that is
 * gone or holds other bytes is noted on its asset, which is otherwise unchanged, too: `original_missing`,
 * `original_damaged`.
 */
export async function reprobe(
  runtime: Runtime,
  assetId: string,
  { dryRun = false }: ReprobeOptions = {},
): Promise<ReprobeReport> {
  return runOperation(runtime, { operation: 'reprobe', scope: 'asset', dry_run: dryRun }, async () => {
    const before = await deliverableAsset(runtime, assetId)
    try {
      const fields = await readFields(runtime, before)
      const asset = dryRun ? { ...before, ...fields } : await writeFields(runtime, before, fields)
      return { asset, changed: changedFields(before, fields), dryRun }
    } catch (error) {
      // If the asset was purged or refused meanwhile, that is the answer; the error says nothing more.
      await deliverableAsset(runtime, assetId)
      throw error
    }
  })
}

async function deliverableAsset(runtime: Runtime, assetId: string): Promise<Asset> {
  assertId('asset', assetId)
  const asset = await assetById(runtime, assetId)
  if (asset === null) throw new RindleError('not_found', `There is no asset ${assetId}.`)
  const { id, state } = asset
  if (isDeliverable(state)) return asset
  throw notDeliverable(state, `Asset ${id} is ${state}, so its bytes are not verified or were rejected.`)
}

/** Unreadable or different facts prove something only if the bytes are intact. */
async function readFields(runtime: Runtime, asset: Asset): Promise<ReprobedFields> {
  await using source = await acquireOriginal(runtime, asset, NEVER)
  const assertIsWhole = (): Promise<void> => assertWhole(runtime, asset, source.file, NEVER)
  const fields = await fieldsOf(runtime, asset, source.file).catch(async (error: unknown) => {
    await assertIsWhole()
    throw error
  })
  if (changedFields(asset, fields).length > 0) await assertIsWhole()
  return fields
}

async function fieldsOf(runtime: Runtime, asset: Asset, file: SourceFile): Promise<ReprobedFields> {
  const contentType = (await typeOfFile(runtime, asset, file.path)) ?? asset.contentType ?? ''
  const fields = await probe(runtime, asset, { ...file, contentType })
  const { types } = profileOf(runtime, asset.profile).accept
  const probed = fields.kind === null ? null : probedType(contentType, fields.kind, types)
  return { ...fields, contentType: probed ?? contentType }
}

async function typeOfFile(runtime: Runtime, asset: Asset, path: string): Promise<string | undefined> {
  await using file = await open(path)
  const sniffed = await sniff((start, end) => readRange(file, start, end))
  if (sniffed === undefined) return undefined
  const claims = claimsOf(asset.declaredContentType, asset.filename)
  return readingOf(sniffed, claims, profileOf(runtime, asset.profile).accept.types)
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), { position: start })
  return buffer.subarray(0, bytesRead)
}

function changedFields(before: Asset, fields: ReprobedFields): readonly ReprobedField[] {
  const names = Object.keys(fields) as ReprobedField[]
  return names.filter((name) => before[name] !== fields[name])
}

async function probe(runtime: Runtime, asset: Asset, file: SourceFile): Promise<ProbedFields> {
  const unread = probedFields({ kind: kindOf(file.contentType) })
  try {
    const found = await probeFile(runtime, profileOf(runtime, asset.profile), file, NEVER)
    return found === null ? unread : probedFields(found)
  } catch (error) {
    if (isRindleError(error, 'unsupported_codec')) return unread
    throw error
  }
}

async function writeFields(runtime: Runtime, asset: Asset, fields: ReprobedFields): Promise<Asset> {
  const { contentType, kind, width, height, durationMs, hasVideoTrack, hasAudioTrack } = fields
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_assets as asset
     set content_type = given."contentType", kind = given.kind, width = given.width, height = given.height,
       duration_ms = given."durationMs", has_video_track = given."hasVideoTrack",
       has_audio_track = given."hasAudioTrack", updated_at = now()
     from jsonb_to_record($3::jsonb) as given("contentType" text, kind text, width int, height int, "durationMs" bigint,
       "hasVideoTrack" boolean, "hasAudioTrack" boolean)
     where asset.id = $1::uuid and asset.storage_key = $2::text and asset.state in (${DELIVERABLE}) returning asset.*`,
    [
      asset.id,
      asset.storageKey,
      JSON.stringify({ contentType, kind, width, height, durationMs, hasVideoTrack, hasAudioTrack }),
    ],
  )
  if (rows[0] !== undefined) return assetFromRow(rows[0])
  throw new RindleError('conflict', `Asset ${asset.id} changed while it was probed. Read it again.`)
}
