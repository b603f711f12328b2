import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { PlannedVariant } from '../variants/plan.ts'

/** A process without the processor of a recipe cannot know whether that reads the file: a worker with it decides. */
export function assertMakersInstalled(runtime: Runtime, variants: readonly PlannedVariant[], message: string): void {
  const installed = new Set(runtime.processors.flatMap(({ recipes }) => recipes.map(({ kind }) => kind)))
  const missing = variants.filter(({ kind }) => !installed.has(kind))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(({ madeBy }) => madeBy))].join(' and ')
  throw new RindleError(
    'processor_capability_missing',
    `${message} Add ${packages} to \`processors\`, or start a worker that has it.`,
  )
}
