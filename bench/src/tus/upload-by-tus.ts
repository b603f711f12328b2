import type { Figures } from '../alternate.ts'
import type { Side } from '../side.ts'
import { sendByTus } from './send-tus.ts'
import type { TusFacts } from './setup.ts'

/** One upload to a side that serves tus, timed by its sender; then the side removes it. */
export async function uploadByTus(side: Side, byteSize: number): Promise<Figures> {
  const { port } = side.facts as TusFacts
  const begin = performance.now()
  await sendByTus(port, byteSize)
  const ms = performance.now() - begin
  await side.round()
  return { ms: [ms] }
}
