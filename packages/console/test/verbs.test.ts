import { type OperatorAction, type Rindle, RindleError } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import type { Call } from '../src/call.ts'
import { act, SUBJECT_VERBS } from '../src/verbs/act.ts'
import { runsOf } from '../src/verbs/maintenance-runs.ts'
import { WALK_VERBS } from '../src/verbs/walk-verbs.ts'

const ID = '018f0000-0000-7000-8000-000000000000'

/** A call of somebody who may do nothing, on an instance that has a log, and throws whatever else is asked of it. */
function forbiddenCall(): { readonly call: Call; readonly asked: readonly string[]; readonly log: OperatorAction[] } {
  const log: OperatorAction[] = []
  const asked: string[] = []
  const parts: Readonly<Record<string, unknown>> = {
    actAsOperator: async (action: OperatorAction, work: (note: () => void) => Promise<unknown>) => {
      log.push(action)
      return work(() => undefined)
    },
  }
  const rindle = new Proxy({} as Rindle, {
    get: (_target, name) => {
      if (name in parts) return parts[String(name)]
      throw new Error(`${String(name)} was called.`)
    },
  })
  const can = (verb: string): boolean => {
    asked.push(verb)
    return false
  }
  return { call: { rindle, actorId: 'ben', can } as unknown as Call, asked, log }
}

describe('a verb that an operator may not use', () => {
  it.each(SUBJECT_VERBS.map((verb) => [verb.name, verb] as const))(
    '%s does nothing but a row in the log',
    async (name, verb) => {
      const { call, asked, log } = forbiddenCall()
      const forbidden = act(call, { verb, ids: [ID], fields: {}, match: null, isCut: false }, { expect: 1, why: '' })
      await expect(forbidden).rejects.toThrow(new RindleError('forbidden', `You may not call ${name}.`))
      expect(asked).toEqual([name])
      expect(log).toMatchObject([{ actor: 'ben', verb: name, scope: { [verb.over]: ID } }])
    },
  )

  it.each(WALK_VERBS.flatMap((verb) => [[verb.name, 'dry', verb] as const, [verb.name, 'for real', verb] as const]))(
    '%s does not run %s',
    async (name, mode, verb) => {
      const { call, asked, log } = forbiddenCall()
      const isLive = mode === 'for real'
      const forbidden = runsOf(call.rindle).begin(call, { verb, fields: {}, isLive }, { expect: 1, why: '' })
      await expect(forbidden).rejects.toThrow(new RindleError('forbidden', `You may not call ${name}.`))
      expect([asked, log]).toMatchObject([[name], [{ verb: name, dryRun: !isLive }]])
    },
  )
})

describe('the verbs of the console', () => {
  it('have names of their own, and name commands that fit them', () => {
    const names = [...SUBJECT_VERBS, ...WALK_VERBS].map(({ name }) => name)
    // Both kinds have a verb of this name: over chosen assets, and over all.
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual(['regenerateVariants'])
    for (const verb of WALK_VERBS) expect(verb.command([], {})).toMatch(/^rindle [a-z-]+( --(all|live|mirror))*$/)
  })

  it('that walk exist where a verb over chosen assets names them', () => {
    const walks = SUBJECT_VERBS.flatMap(({ walk }) => walk ?? [])
    expect(WALK_VERBS.map(({ name }) => name)).toEqual(expect.arrayContaining(walks))
    expect(walks.length).toBeGreaterThan(0)
  })
})
