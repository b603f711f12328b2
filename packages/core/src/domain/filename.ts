import { cutToBytes } from './cut-to-bytes.ts'
import { visibleText } from './visible-text.ts'

/** The longest name that every usual file system can hold, in bytes of UTF-8. */
export const MAX_FILENAME_BYTES = 255

const FALLBACK = 'file'

// A longer "extension" is the rest of a sentence with a full stop in it.
const MAX_KEPT_EXTENSION_BYTES = 32

// Characters that Windows refuses in a name, including its drive and stream colon.
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/g

// Windows takes these for devices, with any extension.
const DEVICE_NAME = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i

/**
 * Turns a client's name for its file into one that any file system, header or page may carry: the last segment of a
 * path of either kind, in NFC, without control and bidi characters, without characters that Windows refuses, without
 * leading or trailing dots and spaces, and of at most {@link MAX_FILENAME_BYTES} bytes with its extension kept. `file`
 * when nothing is left. Applying it twice changes nothing. Headers and HTML still need escaping.
 */
export function sanitizeFilename(name: string | undefined): string {
  const base =
    visibleText(name ?? '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  const portable = trimDotsAndSpaces(base.replace(FORBIDDEN_ON_WINDOWS, '_'))
  const named = DEVICE_NAME.test(portable) ? `_${portable}` : portable
  const cut = cutKeepingExtension(named)
  return cut === '' ? FALLBACK : cut
}

/**
 * The extension of a name, lower-case and with its dot; `''` when it has none, when the name only begins with a dot,
 * and for digits alone, which belong to a date or a version ("scan 12.03.2024").
 */
export function filenameExtension(name: string): string {
  return writtenExtension(name).toLowerCase()
}

/** Replaces the extension of a sanitised name; the result stays within the length of {@link sanitizeFilename}. */
export function withExtension(name: string, extension: string): string {
  return sanitizeFilename(`${name.slice(0, name.length - writtenExtension(name).length)}${extension}`)
}

// The lower-case form can have another length: some capitals become two characters.
function writtenExtension(name: string): string {
  return /(?<=[^/\\])\.(?!\d+$)[^./\\\s]+$/.exec(name)?.[0] ?? ''
}

function trimDotsAndSpaces(name: string): string {
  return name.replace(/^[. ]+/, '').replace(/[. ]+$/, '')
}

function cutKeepingExtension(name: string): string {
  if (Buffer.byteLength(name) <= MAX_FILENAME_BYTES) return name
  const extension = writtenExtension(name)
  const extensionBytes = Buffer.byteLength(extension)
  if (extensionBytes > MAX_KEPT_EXTENSION_BYTES) return trimDotsAndSpaces(cutToBytes(name, MAX_FILENAME_BYTES))
  const stem = name.slice(0, name.length - extension.length)
  return `${trimDotsAndSpaces(cutToBytes(stem, MAX_FILENAME_BYTES - extensionBytes))}${extension}`
}
