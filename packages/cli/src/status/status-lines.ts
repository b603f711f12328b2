import type { RuntimeStatus, StatusExample, StatusFinding } from '@rindle/core'
import { formatAge } from '../format-age.ts'
import type { Output } from '../io.ts'
import { paragraph } from '../paragraph.ts'
import { printable } from '../printable.ts'
import type { Style } from '../style.ts'

/** A status as text: counts, then one block for each finding, then a summary. Pure. */
export function statusLines(status: RuntimeStatus, style: Style, output: Output): readonly string[] {
  const { counts, findings, profile } = status
  return [
    ...(profile === null ? [] : [`Only of profile ${profile}.`]),
    countLine('assets', counts.assets),
    countLine('variants', counts.variants),
    countLine('sessions', counts.sessions),
    ...(counts.isPartial ? ['Variants and sessions are those of 10,000 of its assets.'] : []),
    '',
    ...findings.flatMap((finding) => [...findingLines(finding, style, output), '']),
    summaryLine(findings),
  ]
}

function countLine(what: string, states: Readonly<Partial<Record<string, number>>>): string {
  const texts = Object.entries(states).map(([state, count]) => `${state} ${count}`)
  return `${`${what}:`.padEnd(9)} ${texts.length === 0 ? 'none' : texts.toSorted().join(', ')}`
}

function findingLines(finding: StatusFinding, style: Style, output: Output): readonly string[] {
  const { severity, count, isAtLeast, oldestAgeSeconds, examples, recommendation } = finding
  const mark = severity === 'error' ? style.bad('[ERROR]') : style.pending('[WARN]')
  const oldest = oldestAgeSeconds === null ? '' : `, the oldest for ${formatAge(oldestAgeSeconds)}`
  return [
    `${mark} ${finding.class}: ${count}${isAtLeast ? ' or more' : ''}${oldest}`,
    ...examples.map((example) => `  ${exampleText(example)}`),
    ...paragraph(recommendation.advice, output),
    `  Fix: ${recommendation.command}`,
  ]
}

function exampleText({ assetId, variantName, sessionId, queue, state, reason }: StatusExample): string {
  if (queue !== null) return `${queue}: ${reason ?? ''}`
  const subject = sessionId === null ? `asset ${assetId}` : `session ${sessionId}`
  const name = variantName === null ? '' : ` ${variantName}`
  // A variant that was never planned has no state, and its reason says so.
  const facts = [state, reason].filter((fact) => fact !== null)
  return printable(`${subject}${name}: ${facts.join(', ')}`)
}

function summaryLine(findings: readonly StatusFinding[]): string {
  if (findings.length === 0) return 'Nothing is degraded, and nothing is stuck.'
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const notices = findings.length - errors
  return `${errors} ${errors === 1 ? 'error' : 'errors'}, ${notices} ${notices === 1 ? 'warning' : 'warnings'}.`
}
