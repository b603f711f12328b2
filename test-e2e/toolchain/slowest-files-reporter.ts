import type { Reporter, TestModule } from 'vitest/node'

const SHOWN = 10

/** Ends a run of many files with those that took longest: the suite has a few minutes, and one file can eat them. */
export class SlowestFilesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= SHOWN) return
    console.log('Slowest files, with what they load:')
    for (const { path, seconds } of slowestFiles(modules)) console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`)
    console.log()
  }
}

function slowestFiles(modules: readonly TestModule[]): readonly { readonly path: string; readonly seconds: number }[] {
  const files = modules.map((module) => {
    const { collectDuration, setupDuration, duration } = module.diagnostic()
    return { path: module.relativeModuleId, seconds: (collectDuration + setupDuration + duration) / 1000 }
  })
  return files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SHOWN)
}
