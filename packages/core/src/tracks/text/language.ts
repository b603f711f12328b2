import { cutToBytes } from '../../domain/cut-to-bytes.ts'
import { visibleText } from '../../domain/visible-text.ts'
import { trackProblem } from './track-problem.ts'

/** The longest name of a track, in bytes. */
const MAX_LABEL_BYTES = 200
/** Longer ones are no tags of a language that anybody speaks. */
const MAX_TAG_LENGTH = 100

/** The canonical BCP 47 tag of a language: `pt-BR` for `pt-br`. `invalid_input`. Pure. */
export function canonicalLanguage(tag: unknown): string {
  const canonical = typeof tag === 'string' && tag.length <= MAX_TAG_LENGTH ? canonicalOf(tag) : undefined
  if (canonical !== undefined) return canonical
  throw trackProblem('`lang` must be a language tag of BCP 47, such as "en" or "pt-BR"')
}

/** The canonical tag of what a file says, or `und`, undetermined: files of films have codes of several standards. Pure. */
export function languageOr(tag: string | null): string {
  return (tag === null || tag.length > MAX_TAG_LENGTH ? undefined : canonicalOf(tag)) ?? 'und'
}

function canonicalOf(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A track's name in one visible line; without one, that of the language in itself: "Deutsch". Pure. */
export function trackLabel(label: string | null, lang: string): string {
  const visible = cutToBytes(visibleText(label ?? '').trim(), MAX_LABEL_BYTES)
  return visible === '' ? cutToBytes(nameOf(lang), MAX_LABEL_BYTES) : visible
}

function nameOf(lang: string): string {
  if (lang === 'und') return 'Unknown language'
  return new Intl.DisplayNames([lang], { type: 'language', fallback: 'code' }).of(lang) ?? lang
}
