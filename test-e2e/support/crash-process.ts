import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CrashPlace } from './crash-instance.ts'
import type { CrashMessage, PlannedCrash } from './crash-main.ts'
import type { Witness } from './crash-witness.ts'

/** What a process said before it killed itself. */
export type LastWords = Extract<CrashMessage, { type: 'dying' }>

/** Starts a process that plays these stories, and resolves when it has killed itself. */
export async function crash(place: CrashPlace, planned: readonly PlannedCrash[], witness: Witness): Promise<LastWords> {
  const program = fileURLToPath(new URL('./crash-main.ts', import.meta.url))
  const child = fork(program, [place.databaseUrl, place.directory, JSON.stringify(planned)])
  let lastWords: LastWords | undefined
  child.on('message', (message: CrashMessage) => {
    if (message.type === 'dying') lastWords = message
    else witness.hear(message)
  })
  const signal = await deathOf(child)
  if (lastWords === undefined || signal !== 'SIGKILL') throw new Error(`The process ended early: ${String(signal)}.`)
  return lastWords
}

async function deathOf(child: ChildProcess): Promise<unknown> {
  const [, signal] = await once(child, 'exit')
  return signal
}
