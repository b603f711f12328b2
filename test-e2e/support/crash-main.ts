import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type CrashPlace, changedInstance, crashInstance, RECORDING } from './crash-instance.ts'
import type { CrashNews, StoryName } from './crash-plots.ts'
import { CrashPoints } from './crash-points.ts'
import { Stories } from './crash-stories.ts'
import { quadrants } from './pictures.ts'

/** A story, and the point at which the process is to die in it; `null`: it is played to its end. */
export interface PlannedCrash {
  readonly story: StoryName
  readonly point: string | null
}

/** A message from this program to the test. */
export type CrashMessage =
  | CrashNews
  /** Every story stands at its point or has ended; the process kills itself. `points` are those that were passed. */
  | {
      readonly type: 'dying'
      readonly missed: readonly PlannedCrash[]
      readonly points: readonly (readonly string[])[]
      readonly errors: readonly string[]
    }

const TAKEN_OVER_MS = 5_000

// The program of a process that dies: node crash-main.ts <place as JSON> <planned crashes as JSON>
const [, , placeText = '{}', plan = '[]'] = process.argv
const place = JSON.parse(placeText) as CrashPlace
const planned = JSON.parse(plan) as readonly PlannedCrash[]
const passed = planned.map((): string[] => [])
const ends = planned.map(() => Promise.withResolvers<'standing' | 'ended' | Error>())
const held = new Promise<never>(() => {})

function tell(message: CrashMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

// Stories that stand at their point stay there: nothing that they were about to do is done any more, exactly as if the
// process had died then. So one death does for many stories, and the wait for dead workers' jobs is paid once.
const standing = new Set<number>()
const points = new CrashPoints(async (step, point) => {
  await stories.arrange(step, point)
  const { story } = step
  if (standing.has(story)) await held
  passed[story]?.push(point)
  if (planned[story]?.point !== point) return
  standing.add(story)
  ends[story]?.resolve('standing')
  await held
})
const rindle = crashInstance(place, {
  points,
  stepOf: (payload) => stories.stepOf(payload),
  stories: planned.length,
})
const changed = changedInstance(place, { points, stories: planned.length })
const stories = new Stories({
  rindle,
  changed,
  points,
  picture: await quadrants(64, 48),
  recording: await readFile(join(place.directory, RECORDING)),
  tell,
})

await rindle.start()
await changed.start()
const concurrency = planned.length + 2
await rindle.work({
  concurrency: {
    rindle_promote: concurrency,
    rindle_process: concurrency * 2,
    rindle_media: concurrency * 2,
    rindle_purge: concurrency,
  },
})
for (const [index, { story }] of planned.entries()) {
  stories.play(index, story).then(
    () => ends[index]?.resolve('ended'),
    (error: unknown) => ends[index]?.resolve(error instanceof Error ? error : new Error(String(error))),
  )
}
const outcomes = await Promise.all(ends.map(({ promise }) => promise))
// All jobs of a process that died come back at once, and may not die with this one as well: whoever lives for as long as
// that takes would use up their attempts. What stands here may be what they wait for.
await Promise.race([points.untilNothingTakenOver(), delay(TAKEN_OVER_MS)])
await tell({
  type: 'dying',
  missed: planned.filter(({ point }, index) => point !== null && outcomes[index] !== 'standing'),
  points: passed,
  errors: outcomes.flatMap((outcome) => (outcome instanceof Error ? [String(outcome.stack)] : [])),
})
process.kill(process.pid, 'SIGKILL')
