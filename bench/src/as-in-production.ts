import { join } from 'node:path'
import type { BenchContext } from './bench.ts'
import type { SideOptions } from './side.ts'

/**
 * How a side runs whose memory is measured: with the options of Node that the guide to production names, and with built
 * packages, as an application installs them. A quick run does with sources, so that nothing need be built.
 */
export function asInProduction({
  isQuick,
  directory,
}: Pick<BenchContext, 'isQuick' | 'directory'>): Pick<SideOptions, 'nodeOptions' | 'built'> {
  const nodeOptions = ['--max-semi-space-size=16']
  return isQuick ? { nodeOptions } : { nodeOptions, built: { cache: join(directory, 'compiled') } }
}
