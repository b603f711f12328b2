import type { UploadGrant } from '@rindle/core/adapter'
import type { TusUploadIntent } from './upload-intent.ts'

/** The sender of a request, as the application knows it. */
export interface TusCaller {
  /** Identifies the actor; to another actor its uploads do not exist. `null` if the application has no actors. */
  readonly actorId: string | null
  /** Its uploads belong to it, and those of another tenant do not exist. @default there are no tenants */
  readonly tenant?: string | null
  /**
   * Called before an upload begins: `false` refuses with 403; `{ owner }` grants and, if the client names a slot,
   * attaches the upload to that owner. @default every caller may upload, and no slot is taken
   */
  readonly authorizeUpload?: (intent: TusUploadIntent) => UploadGrant | Promise<UploadGrant>
}
