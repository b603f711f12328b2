import { RindleError } from '../../domain/errors.ts'

/** The image that a URL of a family asks for. */
export interface ImageQuery {
  /** Pixels. */
  readonly width: number
  /** The end of its content type: `avif`. */
  readonly format?: string
}

// As many digits as no picture needs.
const WIDTH = /^[1-9]\d{0,5}$/
const NAMES: ReadonlySet<string> = new Set(['w', 'format'])

/** Reads `?w=640&format=avif`. `invalid_input` for anything else. Pure. */
export function readImageQuery(parameters: URLSearchParams): ImageQuery {
  const given = [...parameters.keys()]
  const unknown = given.find((name) => !NAMES.has(name))
  if (unknown !== undefined) throw invalid('The query may contain only `w` and `format`.')
  if (new Set(given).size < given.length) throw invalid('The query may contain `w` and `format` only once each.')
  const width = parameters.get('w') ?? ''
  if (!WIDTH.test(width)) throw invalid('Ask for a width in pixels: ?w=640.')
  const format = parameters.get('format')
  return { width: Number(width), ...(format === null ? {} : { format }) }
}

/** The one of these types that a query names. `invalid_input`. Pure. */
export function typeOfFormat(types: readonly string[], format: string): string {
  const type = types.find((each) => formatOf(each) === format)
  if (type !== undefined) return type
  throw invalid(`This family has no such format. Ask for ${types.map(formatOf).join(', ')}, or omit \`format\`.`)
}

function formatOf(type: string): string {
  return type.slice(type.indexOf('/') + 1)
}

function invalid(message: string): RindleError {
  return new RindleError('invalid_input', message)
}
