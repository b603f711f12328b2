import { serveSide } from '../serve-side.ts'
import { operationsApplication } from './application.ts'
import type { OperationsRound, OperationsSetup } from './setup.ts'

// The verbs of an operator, each in one run over everything.
serveSide(async (setup) => {
  const rindle = operationsApplication((setup as OperationsSetup).databaseUrl)
  await rindle.start()
  return {
    round: async (input) => {
      const { task } = input as OperationsRound
      const begin = performance.now()
      if (task === 'status' || task === 'checkInvariants') {
        if (task === 'status') await rindle.runtimeStatus()
        else await rindle.checkInvariants({ objects: false })
        return { ms: [performance.now() - begin] }
      }
      const pageMs: number[] = []
      let pageBegin = begin
      const onProgress = (): void => {
        const now = performance.now()
        pageMs.push(now - pageBegin)
        pageBegin = now
      }
      await rindle[task]({ live: true, onProgress })
      return { ms: [performance.now() - begin], pageMs }
    },
    stop: () => rindle.stop(),
  }
})
