import { v7 } from 'uuid'
import type { Figures } from '../alternate.ts'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { type Application, ONE_PIXEL, startApplication } from './application.ts'
import { recordPaths } from './record-paths.ts'
import { CONNECTIONS, type CompletionRound, type Path, type RindleSetup, VARIANT_NAMES } from './setup.ts'
import { analyzeTables, cleanTables } from './tables.ts'

// The verbs of Rindle, with as many connections.
serveSide(async (setup) => {
  const recordings = await recordPaths(setup as RindleSetup)
  const application = await startApplication(setup as RindleSetup)
  return {
    facts: { recordings },
    round: async (input) => {
      const { path, count } = input as CompletionRound
      const figures = await MEASURES[path](application, count)
      await cleanTables(application.pool)
      return figures
    },
    stop: application.stop,
  }
})

const MEASURES: Readonly<Record<Path, (application: Application, count: number) => Promise<Figures>>> = {
  register: measureRegister,
  attach: measureAttach,
  'variant-commit': measureCommits,
}

async function measureRegister({ rindle, pool }: Application, count: number): Promise<Figures> {
  const received = await rindle.receive('photo', ONE_PIXEL)
  const uploads = Array.from({ length: count }, () => {
    const assetId = v7()
    return { ...received, assetId, storageKey: received.storageKey.replace(received.assetId, assetId) }
  })
  await analyzeTables(pool)
  return measure(count, () => onEveryConnection(uploads, (upload) => rindle.register(upload)))
}

async function measureAttach({ rindle, pool }: Application, count: number): Promise<Figures> {
  const received = await rindle.receive('photo', ONE_PIXEL)
  const assets = await Promise.all(
    Array.from({ length: count }, () => {
      const assetId = v7()
      const storageKey = received.storageKey.replace(received.assetId, assetId)
      return rindle.register({ ...received, assetId, storageKey })
    }),
  )
  await analyzeTables(pool)
  return measure(count, () =>
    onEveryConnection(assets, (asset) => rindle.attach(asset, { type: 'user', id: asset.id }, 'avatar')),
  )
}

async function measureCommits({ rindle, pool, holdAll }: Application, count: number): Promise<Figures> {
  const assetCount = count / VARIANT_NAMES.length
  const measured = holdAll(assetCount, {
    onHeld: () => analyzeTables(pool),
    whileReporting: (report) => measure(count, report),
  })
  await onEveryConnection(Array.from({ length: assetCount }), () => rindle.upload('photo', ONE_PIXEL))
  const workers = await rindle.work({
    queues: ['rindle_promote', 'rindle_process'],
    concurrency: { rindle_process: assetCount },
  })
  const figures = await measured
  await workers.stop()
  return figures
}

async function measure(count: number, work: () => Promise<void>): Promise<Figures> {
  const cpu = cpuMeter()
  const begin = performance.now()
  await work()
  const seconds = (performance.now() - begin) / 1000
  return { perSecond: [count / seconds], cpuMs: [cpu() / count] }
}

async function onEveryConnection<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values()
  const workAlong = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, workAlong))
}
