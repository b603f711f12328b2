import type { QueueStatus, RuntimeStatus, StatusExample, StatusFinding, StatusSeverity } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { formatAge } from '../format-age.ts'
import { formatTable } from '../format-table.ts'
import type { Output } from '../io.ts'
import { paragraph } from '../paragraph.ts'
import { printable } from '../printable.ts'
import type { Style } from '../style.ts'
import { shortName } from '../worked-queues.ts'

/** A status as text: counts, queues, then one block for each finding, then a summary. Pure. */
export function statusLines(status: RuntimeStatus, style: Style, output: Output): readonly string[] {
  const { counts, findings, profile, queues } = status
  return [
    ...(profile === null ? [] : [`Only of profile ${profile}.`]),
    countLine('assets', counts.assets),
    countLine('variants', counts.variants),
    ...(Object.keys(counts.onDemand).length === 0 ? [] : [countLine('on demand', counts.onDemand)]),
    countLine('sessions', counts.sessions),
    ...(counts.isEstimated ? ['Numbers above 50,000 are estimates, because these tables are large.'] : []),
    ...(counts.isPartial ? ['Variants and sessions are those of 10,000 of its assets.'] : []),
    '',
    ...queueLines(queues),
    '',
    ...changeLines(status, output),
    ...findings.flatMap((finding) => [...findingLines(finding, style, output), '']),
    summaryLine(findings),
  ]
}

function countLine(what: string, states: Readonly<Partial<Record<string, number>>>): string {
  const texts = Object.entries(states).map(([state, count]) => `${state} ${count}`)
  return `${`${what}:`.padEnd(9)} ${texts.length === 0 ? 'none' : texts.toSorted().join(', ')}`
}

function queueLines(queues: readonly QueueStatus[]): readonly string[] {
  const rows = queues.map(({ queue, waiting, oldestWaitSeconds, running, dead, workers }) => [
    shortName(queue),
    String(waiting),
    oldestWaitSeconds === null ? '-' : formatAge(oldestWaitSeconds),
    String(running),
    String(dead),
    String(workers),
  ])
  return formatTable([['queue', 'waiting', 'longest', 'running', 'dead', 'workers'], ...rows])
}

/** One line for each changed recipe, with how far existing variants have followed. */
function changeLines({ recipeChanges, takenAt }: RuntimeStatus, output: Output): readonly string[] {
  if (recipeChanges.length === 0) return []
  const lines = recipeChanges.flatMap(({ profile, variant, declaredAt, comparedAt, markedStale }) => {
    const age = formatAge(Math.max(0, (takenAt.getTime() - declaredAt.getTime()) / 1_000))
    const marked = `${counted(markedStale, 'variant')} marked as stale`
    const progress = comparedAt === null ? `${marked} so far, comparing` : marked
    return paragraph(printable(`recipe of ${profile}/${variant}, declared ${age} ago: ${progress}`), output)
  })
  return [...lines, '']
}

const LABELS: Readonly<Record<StatusSeverity, (style: Style) => string>> = {
  error: (style) => style.bad('[ERROR]'),
  warn: (style) => style.pending('[WARN]'),
  notice: () => '[NOTICE]',
}

function findingLines(finding: StatusFinding, style: Style, output: Output): readonly string[] {
  const { severity, count, isAtLeast, oldestAgeSeconds, examples, recommendation } = finding
  const oldest = oldestAgeSeconds === null ? '' : `, the oldest for ${formatAge(oldestAgeSeconds)}`
  return [
    `${LABELS[severity](style)} ${finding.class}: ${count}${isAtLeast ? ' or more' : ''}${oldest}`,
    ...examples.flatMap((example) => exampleLines(example, output)),
    ...paragraph(recommendation.advice, output),
    `  Fix: ${recommendation.command}`,
  ]
}

function exampleLines(example: StatusExample, output: Output): readonly string[] {
  const { variantName, state, reason, message } = example
  const subject = subjectOf(example)
  if (subject === null) return []
  const name = variantName === null ? '' : ` ${variantName}`
  // A variant that was never planned has no state, and its reason says so.
  const facts = [state, reason].filter((fact) => fact !== null).join(', ')
  const told = [facts, message ?? ''].filter((part) => part !== '').join(': ')
  return paragraph(printable(`${subject}${name}: ${told}`), output)
}

function subjectOf({ assetId, sessionId, queue, task, target, eventId }: StatusExample): string | null {
  if (queue !== null) return queue
  if (task !== null) return task
  if (target !== null) return eventId === null ? `target ${target}` : `event ${eventId} for ${target}, asset ${assetId}`
  if (sessionId !== null) return `session ${sessionId}`
  return assetId === null ? null : `asset ${assetId}`
}

function summaryLine(findings: readonly StatusFinding[]): string {
  if (findings.length === 0) return 'No problems: nothing is degraded or stuck.'
  const many = (severity: StatusSeverity, noun: string): string =>
    counted(findings.filter((finding) => finding.severity === severity).length, noun)
  return `${many('error', 'error')}, ${many('warn', 'warning')}, ${many('notice', 'notice')}.`
}
