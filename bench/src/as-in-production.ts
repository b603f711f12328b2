import { join } from 'node:path'
import type { BenchContext } from './bench.ts'
import type { SideOptions } from './side.ts'

/**
 * How to run a side whose memory is measured: with the Node options of the guide to production, and with built
 * packages, as an application installs them. A quick run uses sources, so that nothing need be built.
 */
export function asInProduction({
  isQuick,
  directory,
}: Pick<BenchContext, 'isQuick' | 'directory'>): Pick<SideOptions, 'nodeOptions' | 'built'> {
  const nodeOptions = ['--max-semi-space-size=16']
  return isQuick ? { nodeOptions } : { nodeOptions, built: { cache: join(directory, 'compiled') } }
}
