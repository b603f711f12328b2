/** A place in which the source shows a file, in its own words. */
export interface FoundPlace {
  /** As the source names it: "Album", "App\Models\Post". */
  readonly type: string
  /** The type of the owner, unless the mapping names another. */
  readonly ownerType: string
  readonly ownerId: string
  /** "photos". */
  readonly slot: string
  /** From 0. */
  readonly position?: number
}

/** A file that a source knows. */
export interface FoundFile {
  /** What tells it from the source's other files; for messages, too. */
  readonly key: string
  /** Where it lies below the directory or in the storage, with slashes. */
  readonly path: string
  readonly filename?: string
  readonly createdAt?: Date
  /** In base64. */
  readonly checksumMd5?: string
  readonly places: readonly FoundPlace[]
}

/** A file that a source knows and that is not to be imported. */
export interface SkippedFile {
  readonly key: string
  /** `variant`: made from another file; `unattached`: nothing shows it. */
  readonly skipped: 'variant' | 'unattached' | 'unmatched'
}

/** Everything that a source knows, in pages. */
export interface ImportSource extends AsyncDisposable {
  /** The number of files; `null`: unknown. */
  count(): Promise<number | null>
  files(): AsyncIterable<(FoundFile | SkippedFile)[]>
}
