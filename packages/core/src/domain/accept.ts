/** What becomes of a file that is named or declared as another type of its kind than its bytes are. */
export type ExtensionMismatch = 'correct' | 'reject'

/** What a profile accepts. */
export interface AcceptOptions {
  /**
   * Content types by what the bytes are: `image/jpeg`, or `image/*` for all of a kind. Other names for a type are taken
   * for it (`video/x-ms-wmv` for `video/x-ms-asf`). A wildcard never includes active content (SVG, HTML); name it to
   * accept it. `video/*` includes `application/mxf`.
   */
  readonly types: readonly string[]
  /** Filename extensions with their dot. @default every usual extension of the accepted types */
  readonly extensions?: readonly string[]
  /**
   * What becomes of a file whose name or declared type is of another type of the same kind than its bytes, as a PNG
   * called `photo.jpg`: `correct` keeps it as what it is, `photo.png` and `image/png`; `reject` refuses it
   * (`extension_mime_mismatch`, `declared_mime_mismatch`). One of another kind is refused always, as a text called
   * `photo.png`, and so is whatever a browser may run. `types` has to accept what the bytes are, either way.
   * @default 'correct'
   */
  readonly extensionMismatch?: ExtensionMismatch
  /**
   * Whether a file may have no bytes. Such a file is of the type that its name or its client says, if `types` names that
   * and it is no image, video or audio: what is decoded has to be something. Nothing is made of it.
   * @default false: `empty_file`
   */
  readonly allowEmpty?: boolean
  /** Largest size in bytes. */
  readonly maxBytes: number
  /** Largest width × height × frames. @default 100000000 */
  readonly maxPixels?: number
  /** Longest video or audio, in milliseconds. @default unlimited */
  readonly maxDurationMs?: number
}

/** The same with its defaults: what a profile's gate decides by. */
export interface AcceptRules extends Required<Omit<AcceptOptions, 'extensions' | 'maxDurationMs'>> {
  /** `null`: every usual extension of the accepted types. */
  readonly extensions: readonly string[] | null
  /** `null`: unlimited. */
  readonly maxDurationMs: number | null
}
