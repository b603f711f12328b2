import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CrashPlace } from './crash-instance.ts'
import type { LoadMessage } from './crash-load-main.ts'
import type { CrashMessage, PlannedCrash } from './crash-main.ts'
import type { Witness } from './crash-witness.ts'

/** The last message of a process before it killed itself. */
export type LastWords = Extract<CrashMessage, { type: 'dying' }>

/** Starts a process that plays these stories, and resolves when it has killed itself. */
export async function crash(place: CrashPlace, planned: readonly PlannedCrash[], witness: Witness): Promise<LastWords> {
  const child = fork(program('crash-main.ts'), [JSON.stringify(place), JSON.stringify(planned)])
  let lastWords: LastWords | undefined
  child.on('message', (message: CrashMessage) => {
    if (message.type === 'dying') lastWords = message
    else witness.hear(message)
  })
  const [code, signal] = await once(child, 'close')
  if (lastWords !== undefined && signal === 'SIGKILL') return lastWords
  throw new Error(`The process ended before its time, with ${String(code ?? signal)}.`)
}

/** Starts a process that works and uploads, and kills it this many milliseconds after it has begun to. */
export async function killUnderLoad(place: CrashPlace, afterMs: number, witness: Witness): Promise<void> {
  const child = fork(program('crash-load-main.ts'), [JSON.stringify(place)])
  const closed = once(child, 'close')
  const working = Promise.withResolvers<void>()
  child.on('message', (message: LoadMessage) => {
    if (message.type === 'working') working.resolve()
    else witness.hear(message)
  })
  await Promise.race([working.promise, closed])
  await delay(afterMs)
  child.kill('SIGKILL')
  const [code, signal] = await closed
  if (signal !== 'SIGKILL') throw new Error(`The process ended before it was killed, with ${String(code ?? signal)}.`)
}

function program(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url))
}
