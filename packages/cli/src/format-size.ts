import prettyBytes from 'pretty-bytes'

/** A size for people: `1.2 MB`; `-` when it is unknown. */
export function formatSize(byteSize: number | null): string {
  return byteSize === null ? '-' : prettyBytes(byteSize)
}
