import type { JsonObject, Rindle, StoppedStorage, WalkOptions } from '@rindle/core'
import type { CommandContext, Outcome } from '../command.ts'
import type { CommonArguments } from '../common-options.ts'
import { formatSummary, type SummaryValue } from '../format-summary.ts'
import { withRindle } from '../with-rindle.ts'
import { createWalkDisplay } from './walk-progress.ts'

/** The result of one repair or maintenance run, for printing. */
export interface OperationResult {
  /** The fixed summary, by the names that scripts know. */
  readonly summary: Readonly<Record<string, SummaryValue>>
  /** Lines before the summary. */
  readonly findings?: readonly string[]
  /** Advice on stderr. */
  readonly notes?: readonly string[]
  /** Contents of the JSON besides the summary. */
  readonly facts?: JsonObject
  readonly hasErrors: boolean
  /** Storages that it gave up on. */
  readonly stopped?: readonly StoppedStorage[]
  readonly interrupted?: boolean
}

/** Runs an operation of the configured instance and prints its summary. An interrupt ends it between two items. */
export async function runOperationCommand(
  args: CommonArguments,
  context: CommandContext,
  title: string,
  work: (rindle: Rindle, options: WalkOptions & { readonly signal: AbortSignal }) => Promise<OperationResult>,
): Promise<Outcome> {
  return withRindle(args, context.io, async (rindle) => {
    await rindle.start()
    context.report.line(`Rindle: ${title}...`)
    using display = createWalkDisplay(context, title)
    const { onProgress } = display
    const listening = onProgress === undefined ? {} : { onProgress }
    const result = await work(rindle, { signal: context.io.signal, ...listening })
    display.clear()
    return finish(result, context)
  })
}

function finish(result: OperationResult, { report }: CommandContext): Outcome {
  const { summary, findings = [], notes = [], facts = {}, hasErrors, stopped, interrupted = false } = result
  const stops = stopped?.map(({ message }) => message) ?? []
  for (const line of [...findings, ...stops, ...formatSummary(summary)]) report.line(line)
  report.line(interrupted ? 'Interrupted.' : stops.length > 0 ? 'Stopped.' : 'Done.')
  for (const note of notes) report.note(note)
  return {
    exitCode: interrupted ? 130 : hasErrors || stops.length > 0 ? 1 : 0,
    document: {
      ...summary,
      ...(stopped === undefined ? {} : { stopped: stopped.map((stop) => ({ ...stop })) }),
      interrupted,
      ...facts,
    },
  }
}

/** How to continue a run that was interrupted, or that gave up on a storage. Pure. */
export function resumeNotes(report: {
  readonly interrupted: boolean
  readonly stopped?: readonly StoppedStorage[]
  readonly lastId: string | null
}): readonly string[] {
  const { interrupted, stopped = [], lastId } = report
  return (interrupted || stopped.length > 0) && lastId !== null ? [`Continue with --after ${lastId}`] : []
}
