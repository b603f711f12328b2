import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { JobsSubject } from './contract-case.ts'

const DEFAULT_PATIENCE_MS = 15_000
const LOOK_EVERY_MS = 5

/**
 * Waits until `isSo` is true, as long as the subject's patience lasts. `what` is the expected state: "the job is done".
 */
export async function eventually(
  { patienceMs = DEFAULT_PATIENCE_MS }: Pick<JobsSubject, 'patienceMs'>,
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > deadline) assert.fail(`After ${patienceMs} ms this is still not true: ${what}.`)
    await delay(LOOK_EVERY_MS)
  }
}
