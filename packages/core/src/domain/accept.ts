import type { ContentType } from './type-tables/content-type.ts'

/** The treatment of a file whose name or declared type disagrees with its bytes, within one kind. */
export type ExtensionMismatch = 'correct' | 'reject'

/** The files that a profile accepts. */
export interface AcceptOptions {
  /**
   * Content types, judged by the bytes: `image/jpeg`, or `image/*` for a whole kind. Aliases count as the type that
   * they name (`video/x-ms-wmv` for `video/x-ms-asf`); those without `x-` or `vnd.` do not compile. A wildcard never
   * includes active content (SVG, HTML); name it to accept it. `video/*` includes `application/mxf`.
   */
  readonly types: readonly ContentType[]
  /** Filename extensions with their dot. @default every usual extension of the accepted types */
  readonly extensions?: readonly string[]
  /**
   * The treatment of a file whose name or declared type disagrees with its bytes, within one kind, such as a PNG called
   * `photo.jpg`. `correct` keeps it under its real type, as `photo.png` and `image/png`; `reject` refuses it
   * (`extension_mime_mismatch`, `declared_mime_mismatch`). A file of another kind is always refused, such as a text
   * called `photo.png`, and so is anything that a browser may run. In both cases `types` must accept the type of the
   * bytes.
   * @default 'correct'
   */
  readonly extensionMismatch?: ExtensionMismatch
  /**
   * Whether a file may have no bytes. Its type is the one of its name or its declaration, if `types` names it and it is no
   * image, video or audio: those must be decodable. No variants are made of it.
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

/** {@link AcceptOptions} with its defaults filled in. The gate decides by them. */
export interface AcceptRules extends Required<Omit<AcceptOptions, 'extensions' | 'maxDurationMs'>> {
  /** `null`: every usual extension of the accepted types. */
  readonly extensions: readonly string[] | null
  /** `null`: unlimited. */
  readonly maxDurationMs: number | null
}
