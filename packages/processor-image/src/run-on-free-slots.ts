import type { Release, WorkGate } from './work-gate.ts'

/**
 * Runs the tasks in their order: one after the other on the image's own slot, and beside it on every further slot that
 * no other image needs. So a single photo is ready sooner, and many photos need no more memory than slots. Rejects with
 * the first error of `run`, once all running tasks have ended.
 */
export async function runOnFreeSlots<Task>(
  tasks: readonly Task[],
  gate: WorkGate,
  run: (task: Task) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let isOwnSlotFree = true
  const takeSlot = (): Release | null => {
    if (!isOwnSlotFree) return gate.tryBorrow()
    isOwnSlotFree = false
    return () => {
      isOwnSlotFree = true
    }
  }
  try {
    for (const task of tasks) {
      let release = takeSlot()
      while (release === null) {
        await Promise.race(running)
        release = takeSlot()
      }
      const finished = run(task).finally(release)
      running.add(finished)
      // A failed task stays, so that the race and the final wait see it.
      finished.then(
        () => running.delete(finished),
        () => {},
      )
    }
    await Promise.all(running)
  } finally {
    await Promise.allSettled(running)
  }
}
