import wrapAnsi from 'wrap-ansi'
import type { Output } from './io.ts'

const INDENT = '  '

/** A sentence as indented lines: wrapped at words where a person reads it, one line for a script. */
export function paragraph(text: string, output: Output): readonly string[] {
  const width = output.isTTY === true ? Math.max(20, (output.columns ?? 80) - INDENT.length) : Number.POSITIVE_INFINITY
  const lines = Number.isFinite(width) ? wrapAnsi(text, width).split('\n') : [text]
  return lines.map((line) => `${INDENT}${line}`)
}
