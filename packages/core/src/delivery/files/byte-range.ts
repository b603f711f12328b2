/** The part of an object that a `Range` header selects. Offsets are of the first and the last byte, both inclusive. */
export type RangeSelection =
  | { readonly select: 'part'; readonly start: number; readonly end: number }
  /**
   * An unknown unit, several ranges, or nothing to cut: the whole object is a valid answer to each (RFC 9110, 14.2).
   */
  | { readonly select: 'whole' }
  /** Ignored, too, and counted. */
  | { readonly select: 'malformed' }
  | { readonly select: 'unsatisfiable' }

type Spec = { readonly first: number; readonly last: number } | { readonly suffix: number }

/** Reads a `Range` header for an object of `byteSize` bytes, as RFC 9110, section 14 defines. Pure. */
export function selectRange(header: string, byteSize: number): RangeSelection {
  const equals = header.indexOf('=')
  if (equals < 1) return { select: 'malformed' }
  if (header.slice(0, equals).trim().toLowerCase() !== 'bytes') return { select: 'whole' }
  const specs = readSpecs(header.slice(equals + 1))
  const [spec] = specs
  if (spec === undefined) return { select: 'malformed' }
  if (!specs.some((each) => isSatisfiable(each, byteSize))) return { select: 'unsatisfiable' }
  if (specs.length > 1 || byteSize === 0) return { select: 'whole' }
  if ('suffix' in spec) return { select: 'part', start: Math.max(0, byteSize - spec.suffix), end: byteSize - 1 }
  return { select: 'part', start: spec.first, end: Math.min(spec.last, byteSize - 1) }
}

/** All ranges of the set, or none when one is malformed. A list may have empty elements (RFC 9110, 5.6.1). */
function readSpecs(set: string): readonly Spec[] {
  const texts = set
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
  const specs = texts.flatMap((text) => readSpec(text) ?? [])
  return specs.length === texts.length ? specs : []
}

function readSpec(text: string): Spec | undefined {
  const [matched, first, last] = /^(\d*)-(\d*)$/.exec(text) ?? []
  if (matched === undefined || matched === '-') return undefined
  if (first === '') return { suffix: Number(last) }
  const spec = { first: Number(first), last: last === '' ? Number.POSITIVE_INFINITY : Number(last) }
  return spec.last < spec.first ? undefined : spec
}

function isSatisfiable(spec: Spec, byteSize: number): boolean {
  return 'suffix' in spec ? spec.suffix > 0 : spec.first < byteSize
}
