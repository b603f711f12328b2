import assert from 'node:assert/strict'
import { copyFile, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { VariantOutcome } from '@rindle/core/adapter'
import { failureOf } from '../storage-contract/expectations.ts'
import { collectOutcomes, outputOf, recipeOptions } from '../variant-outcomes.ts'
import type { ProcessorContractCase } from './contract-case.ts'
import { started } from './workspace.ts'

// How long a case waits for something that must not happen. A longer wait only finds more.
const LOOK_MS = 100

/** The outcomes of variants, one by one. */
export const outcomeCases: readonly ProcessorContractCase[] = [
  {
    name: 'gives each variant one outcome, whose output exists, with its size and the type of its recipe',
    run: started(async ({ processor, request, recipes }) => {
      const work = await request(recipes)
      const outcomes = await collectOutcomes(processor, work)
      assert.deepEqual([...outcomes.keys()].toSorted(), Object.keys(recipes).toSorted())
      for (const { name, contentType: planned } of work.variants) {
        const { path, contentType, byteSize } = outputOf(outcomes.get(name))
        assert.match(relative(work.directory, path), /^(?!\.\.)./, `the output of ${name} is not in the directory`)
        assert.ok(byteSize > 0, `the output of ${name} is empty`)
        assert.equal((await stat(path)).size, byteSize)
        if (planned !== null) assert.equal(contentType, planned)
      }
    }),
  },
  {
    name: 'hands over one outcome at a time, and ends when the last was taken',
    run: started(async ({ make, recipes }) => {
      let inHand = 0
      let mostInHand = 0
      let taken = 0
      const onOutcome = async (): Promise<void> => {
        inHand += 1
        mostInHand = Math.max(mostInHand, inHand)
        await delay(LOOK_MS)
        inHand -= 1
        taken += 1
      }
      await make(recipes, { onOutcome })
      assert.equal(taken, Object.keys(recipes).length, 'the work ended before its outcomes were taken')
      assert.equal(mostInHand, 1, 'an outcome came while another one was being taken')
    }),
  },
  {
    name: 'ends with the error of a receiver that cannot take an outcome, and hands over nothing after it',
    run: started(async ({ make, processor, recipes }) => {
      const reason = new Error('The database is gone.')
      const received: string[] = []
      const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
        received.push(name)
        throw reason
      }
      assert.equal(await failureOf(() => make(recipes, { onOutcome })), reason)
      await processor.stop()
      assert.equal(received.length, 1, `outcomes came after one that was not taken: ${received.join(', ')}`)
    }),
  },
  {
    name: 'reports progress from 0 to 100 of running variants, and never backwards',
    run: started(async ({ make, recipes }) => {
      const underWay = new Map(Object.keys(recipes).map((name) => [name, 0]))
      const problems: string[] = []
      const onProgress = (name: string, percent: number): void => {
        const before = underWay.get(name)
        if (before === undefined) problems.push(`${name} is not under way`)
        else if (!(percent >= before && percent <= 100)) problems.push(`${name} goes from ${before} to ${percent}`)
        else underWay.set(name, percent)
      }
      await make(recipes, { onOutcome: async ({ name }) => void underWay.delete(name), onProgress })
      assert.deepEqual(problems, [])
    }),
  },
  {
    name: 'makes the same bytes together, alone, and beside existing variants',
    run: started(async ({ make, processor, recipes }) => {
      const together = await make(recipes)
      for (const [name, recipe] of Object.entries(recipes)) {
        const others = Object.entries(recipes).filter(([other]) => other !== name)
        const siblings = others.map(([, other]) => recipeOptions(processor.recipes, other))
        const again = await make({ [name]: recipe }, { siblings })
        assert.ok(await haveSameBytes(together.get(name), again.get(name)), `${name} has other bytes when made alone`)
      }
    }),
  },
  {
    name: 'works on several requests at once, and keeps them apart',
    run: started(async ({ processor, request, recipes }) => {
      const requests = await Promise.all([request(recipes), request(recipes)])
      const worked = await Promise.all(requests.map((work) => collectOutcomes(processor, work)))
      for (const [index, { directory }] of requests.entries()) {
        for (const name of Object.keys(recipes)) {
          const outcome = worked[index]?.get(name)
          assert.match(relative(directory, outputOf(outcome).path), /^(?!\.\.)./, `${name} is in another's directory`)
          assert.ok(await haveSameBytes(worked[0]?.get(name), outcome), `${name} differs among equal requests`)
        }
      }
    }),
  },
  {
    name: 'makes variants of a file with any name',
    run: started(async ({ make, source, recipes, makeDirectory }) => {
      const path = join(await makeDirectory(), "-i it's %03d $(id) [0].txt")
      await copyFile(source.path, path)
      for (const outcome of (await make(recipes, {}, { ...source, path })).values()) outputOf(outcome)
    }),
  },
]

async function haveSameBytes(one: VariantOutcome | undefined, other: VariantOutcome | undefined): Promise<boolean> {
  return (await readFile(outputOf(one).path)).equals(await readFile(outputOf(other).path))
}
