import { defineProfile, RindleError } from '@rindle/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = { photo: defineProfile({ storage: 'main', accept, variants: {} }) }

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_operator_actions')
})

describe('an action of an operator', () => {
  it('is in the log while it runs, and has the numbers of its report when it is done', async () => {
    const { rindle } = application
    const action = { actor: 'ana', verb: 'pruneRuns', scope: { olderThanSeconds: 5 } }
    const report = await rindle.actAsOperator(action, async () => {
      expect((await rindle.operatorActions()).actions).toMatchObject([{ outcome: 'running', finishedAt: null }])
      return rindle.pruneRuns({ olderThanSeconds: 5 })
    })
    expect(report).toMatchObject({ runsFound: 0, dryRun: true })
    expect(await rindle.operatorActions()).toMatchObject({
      actions: [
        {
          ...action,
          dryRun: false,
          numbers: { runsFound: 0, runsDeleted: 0 },
          outcome: 'done',
          errorReason: null,
          finishedAt: expect.any(Date),
        },
      ],
      next: null,
    })
  })

  it('shows its progress to those who read the log meanwhile', async () => {
    const { rindle } = application
    await rindle.actAsOperator({ actor: 'ana', verb: 'verifyStorage' }, async (note) => {
      note({ checked: 3 })
      await vi.waitFor(async () =>
        expect((await rindle.operatorActions()).actions).toMatchObject([
          { outcome: 'running', numbers: { checked: 3 } },
        ]),
      )
      return { checked: 5 }
    })
    expect((await rindle.operatorActions()).actions).toMatchObject([{ outcome: 'done', numbers: { checked: 5 } }])
  })

  it('keeps its row when the verb refuses or fails, and the error goes on to the caller', async () => {
    const { rindle } = application
    const id = '018f0000-0000-7000-8000-000000000000'
    await expect(
      rindle.actAsOperator({ actor: 'ana', verb: 'purgeAsset', scope: { id } }, () => rindle.purgeAsset(id)),
    ).rejects.toMatchObject({ code: 'not_found' })
    const outage = new RindleError('storage_unavailable', 'The storage is away.')
    await expect(
      rindle.actAsOperator({ actor: 'ben', verb: 'verifyStorage' }, () => Promise.reject(outage)),
    ).rejects.toBe(outage)
    expect((await rindle.operatorActions()).actions).toMatchObject([
      { actor: 'ben', outcome: 'failed', errorReason: 'storage_unavailable', numbers: null },
      { actor: 'ana', outcome: 'refused', errorReason: 'not_found', numbers: null },
    ])
  })

  it('does not begin if it cannot be written down', async () => {
    let isDone = false
    const work = async (): Promise<void> => {
      isDone = true
    }
    for (const wrong of [{ actor: '' }, { verb: 'x'.repeat(256) }, { scope: { text: 'x'.repeat(17_000) } }]) {
      const action = { actor: 'ana', verb: 'pruneRuns', ...wrong }
      await expect(application.rindle.actAsOperator(action, work)).rejects.toMatchObject({ code: 'invalid_input' })
    }
    expect(isDone).toBe(false)
  })
})

describe('the log of operators', () => {
  it('is read in pages, the latest first, of everybody or of one person or verb', async () => {
    const { rindle } = application
    const nothing = async (): Promise<void> => {}
    for (const [actor, verb] of [
      ['ana', 'pruneRuns'],
      ['ben', 'purgeAsset'],
      ['ana', 'purgeAsset'],
    ] as const) {
      await rindle.actAsOperator({ actor, verb, dryRun: verb === 'pruneRuns' }, nothing)
    }
    const read = async (options: object) => {
      const { actions, next } = await rindle.operatorActions(options)
      return { rows: actions.map(({ actor, verb }) => `${actor} ${verb}`), next }
    }
    const first = await read({ limit: 2 })
    expect(first.rows).toEqual(['ana purgeAsset', 'ben purgeAsset'])
    expect(await read({ limit: 2, after: first.next })).toEqual({ rows: ['ana pruneRuns'], next: null })
    expect((await read({ actor: 'ana' })).rows).toEqual(['ana purgeAsset', 'ana pruneRuns'])
    expect((await read({ actor: 'ana', verb: 'purgeAsset' })).rows).toEqual(['ana purgeAsset'])
    await expect(read({ after: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(read({ limit: 0 })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
