import type { JsonObject } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { json } from '../../kernel/sql/row-values.ts'
import type { HeldLock } from '../resumable/rows.ts'

/**
 * The source of an upload from a URL, as its session's row keeps it. Both URL and headers may be secrets: no other
 * statement reads the column, and the database refuses a session that has ended and still has one.
 */
export type FetchSource = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly hosts: readonly string[] | null
  readonly maxBytes: number | null
  /** Whether the caller gave the name. */
  readonly isNamed: boolean
  /** What the server told about the file when its first byte came; `null`: it cannot be continued. */
  readonly validator: string | null
}

/** The source of an open session; `null`: it has ended, or is gone. */
export async function readFetchSource({ database }: Runtime, sessionId: string): Promise<FetchSource | null> {
  const { rows } = await database.executeSql(
    `select fetch_source from rindle.media_upload_sessions where id = $1::uuid and fetch_source is not null`,
    [sessionId],
  )
  return rows[0] === undefined ? null : json<FetchSource>(rows[0], 'fetch_source')
}

/** The facts that a download begins with. */
export interface Beginning {
  readonly filename: string
  readonly declaredType: string | null
  readonly byteSize: number | null
  readonly validator: string | null
  readonly multipartUploadId: string | null
  readonly notes: JsonObject
}

/**
 * Records that a download begins, with its first byte to come: what a former one had stored does not count any more.
 * `false`: the lock or the session is gone.
 */
export async function recordBeginning(
  { database }: Runtime,
  { sessionId, token }: HeldLock,
  { filename, declaredType, byteSize, validator, multipartUploadId, notes }: Beginning,
): Promise<boolean> {
  const { rows } = await database.executeSql(
    `with session as (
       update rindle.media_upload_sessions
       set upload_length = $3::bigint, last_known_offset = 0, resumable_state = $4::jsonb,
         multipart_upload_id = $5::text, fetch_source = fetch_source || jsonb_build_object('validator', $6::text),
         updated_at = now()
       where id = $1::uuid and lock_token = $2::text and fetch_source is not null
       returning asset_id
     )
     update rindle.media_assets as asset
     set filename = $7::text, declared_content_type = $8::text, updated_at = now()
     from session where asset.id = session.asset_id and asset.state = 'staged'
     returning asset.id`,
    [sessionId, token, byteSize, JSON.stringify(notes), multipartUploadId, validator, filename, declaredType],
  )
  return rows.length === 1
}

/** Lets the next attempt begin with the first byte. */
export async function forgetProgress({ database }: Runtime, sessionId: string): Promise<void> {
  await database.executeSql(
    `update rindle.media_upload_sessions
     set fetch_source = fetch_source || '{"validator": null}'::jsonb, updated_at = now()
     where id = $1::uuid and fetch_source is not null`,
    [sessionId],
  )
}
