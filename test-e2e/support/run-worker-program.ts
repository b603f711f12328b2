import type { Rindle, WorkOptions } from '@rindle/core'

/**
 * The rest of the program of a worker process: works until the test that started it ends, however it does. On request
 * it ends by itself, or shows that it cannot.
 */
export async function runWorkerProgram(
  rindle: Pick<Rindle, 'start' | 'work' | 'stop'>,
  options: WorkOptions = {},
): Promise<void> {
  await rindle.start()
  await rindle.work(options)
  const end = (): void => process.exit(1)
  process.once('disconnect', end)
  process.once('SIGTERM', () => {
    process.off('disconnect', end)
    void rindle.stop().then(() => process.disconnect())
  })
  process.send?.('working')
}
