import type { Sharp } from 'sharp'
import sharp from 'sharp'
import type { Copyright } from './formats/credits.ts'
import { exifCredits } from './formats/exif-credits.ts'
import { iptcCredits } from './formats/iptc-credits.ts'
import { xmpCredits, xmpOf } from './formats/xmp-credits.ts'
import type { DecodeInput } from './orders.ts'
import { sharpInput } from './sharp-input.ts'

// No honest value is longer.
const MAX_CHARACTERS = 2_000
const MAX_ARTISTS = 20
const TEXTS = ['rights', 'terms', 'statement', 'licence'] as const

/** Reads the copyright of a source; `null` if it names none. XMP precedes IPTC and EXIF, as the readers of XMP have it. */
export async function copyrightOf({ source }: DecodeInput): Promise<Copyright | null> {
  // libvips reads neither, and they have no metadata.
  if (source.contentType === 'image/bmp' || source.contentType === 'image/x-icon') return null
  const { from, options } = await sharpInput(source)
  const { xmp, iptc, exif } = await sharp(from, { ...options, limitInputPixels: false }).metadata()
  const found: readonly Partial<Copyright>[] = [
    xmp === undefined ? {} : xmpCredits(xmp),
    iptc === undefined ? {} : iptcCredits(iptc),
    exif === undefined ? {} : exifCredits(exif),
  ]
  const first = (key: (typeof TEXTS)[number]): string | null =>
    found.map((each) => clean(each[key] ?? '')).find((text) => text !== '') ?? null
  const artists = found.map(({ artists: names = [] }) => names.map(clean).filter((name) => name !== ''))
  const copyright: Copyright = {
    artists: artists.find((names) => names.length > 0)?.slice(0, MAX_ARTISTS) ?? [],
    rights: first('rights'),
    terms: first('terms'),
    statement: first('statement'),
    licence: first('licence'),
  }
  const isEmpty = copyright.artists.length === 0 && TEXTS.every((key) => copyright[key] === null)
  return isEmpty ? null : copyright
}

/** Writes a copyright, and no other metadata. */
export function withCopyright(pipeline: Sharp, copyright: Copyright): Sharp {
  const { artists, rights } = copyright
  const tags = {
    ...(artists.length === 0 ? {} : { Artist: artists.join('; ') }),
    ...(rights === null ? {} : { Copyright: rights }),
  }
  const written = Object.keys(tags).length === 0 ? pipeline : pipeline.withExif({ IFD0: tags })
  return written.withXmp(xmpOf(copyright))
}

// Control characters are not allowed in XML, and end a text of EXIF.
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ')
    .trim()
    .slice(0, MAX_CHARACTERS)
    .toWellFormed()
}
