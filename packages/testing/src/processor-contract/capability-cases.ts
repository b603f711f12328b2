import assert from 'node:assert/strict'
import type { Recipe } from '@rindle/core'
import { canonicalContentType } from '@rindle/core/adapter'
import { soundFindings } from '../sound-findings.ts'
import { outputOf, recipeOptions } from '../variant-outcomes.ts'
import type { ProcessorContractCase, ProcessorSubject } from './contract-case.ts'
import { started, startProcessor } from './workspace.ts'

/** A processor's description of itself, and its start and stop. */
export const capabilityCases: readonly ProcessorContractCase[] = [
  {
    name: 'has a name of low cardinality, and names what it makes and reads',
    run: async (subject) => {
      const { processor, source, facts, recipes } = subject
      assert.ok(Object.keys(recipes).length > 1, 'give the contract two variants to make')
      assert.match(processor.name, /^[a-z][a-z0-9-]{0,30}$/)
      for (const { facts: recipeFacts } of recipesOf(subject)) {
        const { capability } = recipeFacts
        assert.ok(processor.capabilities.has(capability), `it makes ${capability}, but does not say so`)
      }
      for (const type of processor.probes) assert.equal(canonicalContentType(type), type)
      assert.equal(
        processor.probes.has(source.contentType),
        facts !== null,
        'facts must be given exactly for files that it probes',
      )
    },
  },
  {
    name: 'reads its own recipes back from JSON, with the same digest',
    run: async (subject) => {
      const { processor } = subject
      for (const recipe of recipesOf(subject)) {
        const options = recipeOptions(processor.recipes, recipe)
        assert.deepEqual(JSON.parse(JSON.stringify(options)), options, 'the options are no JSON')
      }
    },
  },
  {
    name: 'may be started and stopped any number of times, and works again',
    run: async (subject) => {
      const { processor } = subject
      await Promise.all([startProcessor(subject), startProcessor(subject)])
      await startProcessor(subject)
      await processor.stop()
      await processor.stop()
      await started(async ({ make, one }) => {
        for (const outcome of (await make(one)).values()) outputOf(outcome)
      })(subject)
    },
  },
  {
    name: 'checks itself, before and after its start, and says how to fix each problem',
    run: async (subject) => {
      const { processor } = subject
      const { signal } = new AbortController()
      await soundFindings(
        processor.diagnose({ capabilities: processor.capabilities, acceptedTypes: processor.probes, signal }),
      )
      await startProcessor(subject)
      await soundFindings(processor.diagnose({ capabilities: new Set(), acceptedTypes: new Set(), signal }))
    },
  },
]

function recipesOf({ recipes, slow }: ProcessorSubject): readonly Recipe[] {
  return [...Object.values(recipes), ...(slow === null ? [] : [slow.recipe])]
}
