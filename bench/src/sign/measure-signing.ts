import { randomUUID } from 'node:crypto'
import type { Figures } from '../alternate.ts'
import { cpuMeter } from '../cpu-meter.ts'
import { type PreparedSide, serveSide } from '../serve-side.ts'
import { ASSET_COUNT, type SignRound } from './setup.ts'

/**
 * The program of a side: passes over the same assets, one value per pass. `prepare` returns the signer of the nth
 * asset.
 */
export function serveSigning(prepare: (assetIds: readonly string[]) => (index: number) => Promise<string>): void {
  serveSide(async (): Promise<PreparedSide> => {
    const signOne = prepare(Array.from({ length: ASSET_COUNT }, () => randomUUID()))
    return { round: (input) => measurePasses((input as SignRound).passes, signOne), stop: async () => {} }
  })
}

async function measurePasses(passes: number, signOne: (index: number) => Promise<string>): Promise<Figures> {
  const ms: number[] = []
  const cpuMs: number[] = []
  for (let pass = 0; pass < passes; pass += 1) {
    const cpu = cpuMeter()
    const begin = performance.now()
    for (let index = 0; index < ASSET_COUNT; index += 1) await signOne(index)
    ms.push(performance.now() - begin)
    cpuMs.push(cpu() / ASSET_COUNT)
  }
  return { ms, cpuMs }
}
