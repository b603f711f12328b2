import type { JsonObject } from '@rindle/core'
import type { Figures } from './alternate.ts'
import type { FromSide, ToSide } from './side-messages.ts'

/** A side that is ready to run rounds. */
export interface PreparedSide {
  /** For the bench, before the first round. @default none */
  readonly facts?: JsonObject
  readonly round: (input: JsonObject) => Promise<Figures>
  readonly stop: () => Promise<void>
}

/** The program of a side: does the setup that `startSide` asks for, runs its rounds, and stops when the bench ends. */
export function serveSide(prepare: (setup: JsonObject) => Promise<PreparedSide>): void {
  let prepared: Promise<PreparedSide> | undefined
  const answerTo = async (message: ToSide): Promise<FromSide> => {
    if (message.type === 'setup') {
      prepared = prepare(message.setup)
      return { type: 'ready', facts: (await prepared).facts ?? {} }
    }
    if (prepared === undefined) throw new Error('A round was requested before the setup.')
    return { type: 'done', figures: await (await prepared).round(message.input) }
  }
  process.on('message', (message: ToSide) => {
    answerTo(message).then(
      (reply) => process.send?.(reply),
      (error: unknown) => process.send?.({ type: 'failed', reason: reasonOf(error) }),
    )
  })
  process.once('disconnect', () => {
    // A side that could not be prepared has already reported that.
    prepared?.then(({ stop }) => stop()).catch((error: unknown) => console.error(reasonOf(error)))
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
