import { join } from 'node:path'
import { collectOutcomes } from '../variant-outcomes.ts'
import type { ProcessorContractCase } from './contract-case.ts'
import { exceededLimits, hasNoDamage, hasNoLimits } from './limits.ts'
import { errorsOf, isNoVerdict, isVerdict } from './verdicts.ts'
import { started } from './workspace.ts'

/** A source from which nothing can be made. */
export const failureCases: readonly ProcessorContractCase[] = [
  {
    name: 'calls a damaged file corrupt_media, for every variant of it',
    reasonToSkip: hasNoDamage,
    run: started(async ({ make, source, damaged, recipes }) => {
      const file = damaged ?? source
      const errors = errorsOf(await make(recipes, {}, file), Object.keys(recipes))
      for (const error of errors) isVerdict(error, 'corrupt_media', file)
    }),
  },
  {
    name: 'makes nothing from a file beyond its limits, with limit_exceeded for every variant',
    reasonToSkip: hasNoLimits,
    run: started(async ({ make, source, facts, recipes }) => {
      for (const limits of exceededLimits(facts)) {
        const errors = errorsOf(await make(recipes, { limits }), Object.keys(recipes))
        for (const error of errors) isVerdict(error, 'limit_exceeded', source)
      }
    }),
  },
  {
    name: 'gives no verdict about the bytes of a missing file',
    run: started(async ({ processor, request, source, recipes, makeDirectory }) => {
      const missing = { ...source, path: join(await makeDirectory(), 'missing') }
      const work = await request(recipes, {}, missing)
      const errors = await collectOutcomes(processor, work).then(
        (outcomes) => errorsOf(outcomes, Object.keys(recipes)),
        (error: unknown) => [error],
      )
      for (const error of errors) isNoVerdict(error, missing)
    }),
  },
]
