import type { DiagnosisContext, Finding } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../../src/operations/doctor/diagnosis.ts'
import { runDiagnosis } from '../../../src/operations/doctor/run-diagnosis.ts'

const fine = (id: string): Finding => ({ id, status: 'ok', summary: 'fine' })
const never = new Promise<never>(() => {})

function diagnosis(run: Diagnosis['run'], cleansUp = false): Diagnosis {
  return { id: 'thing', component: 'test', needsNetwork: false, cleansUp, run }
}

async function idsOf(
  made: Diagnosis,
  limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const { timeoutMs = 5_000, signal = new AbortController().signal } = limits
  const ids: string[] = []
  for await (const { check } of runDiagnosis(made, { timeoutMs, signal })) ids.push(`${check.id} ${check.status}`)
  return ids
}

describe('a diagnosis', () => {
  it('yields its findings in order, with their component and duration', async () => {
    const made = diagnosis(() => [fine('a.b'), fine('c.d')])
    const checks = await Array.fromAsync(runDiagnosis(made, { timeoutMs: 5_000, signal: new AbortController().signal }))
    expect(checks).toEqual([
      { check: { ...fine('a.b'), component: 'test' }, durationUs: expect.any(Number) },
      { check: { ...fine('c.d'), component: 'test' }, durationUs: expect.any(Number) },
    ])
  })

  it('that throws, at once or later, ends with its own error', async () => {
    const atOnce = diagnosis(() => {
      throw new Error('x')
    })
    expect(await idsOf(atOnce)).toEqual(['thing error'])
    const later = diagnosis(async function* () {
      yield fine('a.b')
      throw new Error('x')
    })
    expect(await idsOf(later)).toEqual(['a.b ok', 'thing error'])
  })

  it('that hangs ends with its own error, whether or not it obeys the signal', async () => {
    const deaf = diagnosis(async function* () {
      yield fine('a.b')
      await never
    })
    expect(await idsOf(deaf, { timeoutMs: 20 })).toEqual(['a.b ok', 'thing error'])
  })

  it('has the full time for each of its checks', async () => {
    const slow = diagnosis(async function* () {
      for (const id of ['a.a', 'a.b', 'a.c', 'a.d']) {
        await new Promise((resolve) => setTimeout(resolve, 40))
        yield fine(id)
      }
    })
    expect(await idsOf(slow, { timeoutMs: 120 })).toHaveLength(4)
  })

  it('is given time to clean up when it is cut off', async () => {
    const removed: string[] = []
    const made = diagnosis(async function* ({ signal }: DiagnosisContext) {
      try {
        await Promise.race([never, aborted(signal)])
        yield fine('a.b')
      } finally {
        await new Promise(setImmediate)
        removed.push('canary')
      }
    }, true)
    expect(await idsOf(made, { timeoutMs: 20 })).toEqual(['thing error'])
    expect(removed).toEqual(['canary'])
  })

  it('ends silently when it is aborted', async () => {
    const stop = new AbortController()
    const made = diagnosis(async function* () {
      yield fine('a.b')
      stop.abort()
      await never
    })
    expect(await idsOf(made, { signal: stop.signal })).toEqual(['a.b ok'])
    expect(await idsOf(made, { signal: stop.signal })).toEqual([])
  })
})

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Error('aborted')))
  return promise
}
