import type { UploadItem } from './upload-list.ts'
import { isRunning, type UploadStatus } from './upload-state.ts'

/** Every text of an uploader. The functions get its subject. */
export interface UploaderTexts {
  /** On the button. */
  readonly choose: (isMultiple: boolean) => string
  /** Beside the button. */
  readonly hint: (isMultiple: boolean) => string
  readonly cancel: (filename: string) => string
  readonly retry: (filename: string) => string
  readonly remove: (filename: string) => string
  /** The phase of an upload, or how it ended. */
  readonly state: (state: UploadStatus) => string
  /** Why an upload failed. */
  readonly error: (error: Error) => string
  /** Read out when it changes: the state of all uploads. */
  readonly summary: (items: readonly UploadItem<unknown>[]) => string
}

const STATES: Readonly<Record<UploadStatus, string>> = {
  idle: '',
  negotiating: 'waiting',
  uploading: 'uploading',
  processing: 'processing',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** English. */
export const defaultTexts: UploaderTexts = {
  choose: (isMultiple) => (isMultiple ? 'Choose files' : 'Choose a file'),
  hint: (isMultiple) => (isMultiple ? 'or drop them here' : 'or drop it here'),
  cancel: (filename) => `Cancel ${filename}`,
  retry: (filename) => `Try ${filename} again`,
  remove: (filename) => `Remove ${filename}`,
  state: (state) => STATES[state],
  error: (error) => error.message,
  summary: summarise,
}

function summarise(items: readonly UploadItem<unknown>[]): string {
  const [only] = items
  if (only === undefined) return ''
  const failures = items
    .filter(({ error }) => error !== undefined)
    .map(({ file, error }) => `${file.name}: ${error?.message}`)
  if (items.length === 1) return failures[0] ?? `${only.file.name}: ${STATES[only.state]}`
  const running = items.filter(isRunning).length
  const done = items.filter(({ state }) => state === 'done').length
  const sentences = [...(running > 0 ? [`${running} in progress.`] : []), `${done} of ${items.length} files done.`]
  return [...sentences, ...failures].join(' ')
}
