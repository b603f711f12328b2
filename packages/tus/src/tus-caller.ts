import type { UploadGrant } from '@rindle/core/adapter'
import type { TusUploadIntent } from './upload-intent.ts'

/** Who makes a request, as the application knows him. */
export interface TusCaller {
  /** Uploads belong to it: to another actor they are not there. `null` where the application tells nobody apart. */
  readonly actorId: string | null
  /**
   * Asked before an upload begins: `false` refuses with 403; `{ owner }` grants and attaches the upload to him, when the
   * client names a slot. @default every caller may upload, and no slot is taken
   */
  readonly authorizeUpload?: (intent: TusUploadIntent) => UploadGrant | Promise<UploadGrant>
}
