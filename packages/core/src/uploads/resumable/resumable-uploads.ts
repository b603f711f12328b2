import type { UploadSession } from '../../domain/entities.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import type { AnyProfiles, Profiles, SlotName } from '../../profile/names.ts'
import type { AttachTo } from '../attach-to.ts'
import { type ConcatenateOptions, concatenateUploads } from './concatenate.ts'
import {
  cancelResumableSession,
  type InitiateResumableOptions,
  initiateResumableSession,
  type ResumableSession,
  resumableSessionStatus,
} from './session.ts'
import { type CompleteResumable, uploadResumable } from './upload-resumable.ts'
import { findResumableSession, resumableSessionUri } from './uri.ts'
import { type ResumableWriter, type WriteResumableOptions, writeResumableSession } from './writer.ts'

/** Uploads that can be interrupted and continued. A protocol's server takes their bytes. */
export interface ResumableUploads<Ps extends AnyProfiles = Profiles> {
  /**
   * Begins an upload that can be interrupted and continued by any process; a protocol's server (`@rindle/tus`) takes
   * its bytes at the URI, a secret of the actor. `upload_rejected`, `capability_unsupported`.
   */
  initiateResumableSession<P extends keyof Ps & string>(
    profile: P,
    options: Omit<InitiateResumableOptions, 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<ResumableSession>
  /**
   * Begins a resumable upload and completes it, where all of its few bytes came with the request that begins it: for
   * servers of a protocol. `upload_rejected`, `capability_unsupported`, `quota_exceeded`.
   */
  uploadResumable<P extends keyof Ps & string>(
    profile: P,
    bytes: Uint8Array,
    options: Omit<InitiateResumableOptions, 'byteSize' | 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<CompleteResumable>
  /**
   * Concatenates pieces that were begun with `resumableConcat: 'partial'` into one upload, and completes it: for
   * servers of a protocol. `invalid_input` for a piece that is none or is not complete, `session_expired`,
   * `upload_rejected`.
   */
  concatenateUploads<P extends keyof Ps & string>(
    profile: P,
    pieceIds: readonly string[],
    options: Omit<ConcatenateOptions, 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<ResumableSession>
  /** Returns the URI of a resumable session, for its actor alone. `not_found`. */
  resumableSessionUri(sessionId: string): Promise<string>
  /** Finds the session that a URI opens to this actor. `not_found` also for an altered URI, and for another actor's. */
  findResumableSession(
    sessionUri: string,
    actor: { readonly actorId: string | null } & TenantOption,
  ): Promise<UploadSession>
  /** Returns a resumable upload's progress (`lastKnownOffset`); completes it after its last byte. `not_found`. */
  resumableSessionStatus(sessionId: string): Promise<UploadSession>
  /**
   * Becomes the only writer of a resumable upload: for servers of a protocol. Release it at the end. `conflict` when
   * another writer does not end, `not_found`.
   */
  writeResumableSession(sessionId: string, options?: WriteResumableOptions): Promise<ResumableWriter>
  /** Gives up a resumable upload with everything that its storage holds of it. Safe to repeat. `not_found`. */
  cancelResumableSession(sessionId: string): Promise<void>
}

/** The methods of an instance. */
export function resumableUploads(runtime: Runtime): ResumableUploads {
  return {
    initiateResumableSession: (profile, options) => initiateResumableSession(runtime, profile, options),
    uploadResumable: (profile, bytes, options) => uploadResumable(runtime, profile, bytes, options),
    concatenateUploads: (profile, pieceIds, options) => concatenateUploads(runtime, profile, pieceIds, options),
    resumableSessionUri: (sessionId) => resumableSessionUri(runtime, sessionId),
    findResumableSession: (sessionUri, actor) => findResumableSession(runtime, sessionUri, actor),
    resumableSessionStatus: (sessionId) => resumableSessionStatus(runtime, sessionId),
    writeResumableSession: (sessionId, options) => writeResumableSession(runtime, sessionId, options),
    cancelResumableSession: (sessionId) => cancelResumableSession(runtime, sessionId),
  }
}
