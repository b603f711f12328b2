import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { PLOTS, type Role, type Stage, type StoryContext, type StoryName } from './crash-plots.ts'
import type { Step, WorkerPayload } from './crash-points.ts'

/** How the steps of an asset's jobs are named, by its role. */
const STEP_NAMES: Readonly<Record<Role, { readonly promote: string; readonly process: string }>> = {
  proxied: { promote: 'promote', process: 'process' },
  direct: { promote: 'direct promote', process: 'process' },
  overtaken: { promote: 'promote', process: 'overtaken process' },
  remote: { promote: 'remote promote', process: 'remote process' },
  sounding: { promote: 'promote', process: 'av process' },
  cancelled: { promote: 'promote', process: 'cancelled process' },
  requeued: { promote: 'promote', process: 'requeued process' },
  remade: { promote: 'promote', process: 'remade process' },
}

/** The class of work that comes last, by the variant that it waits for: its job does more than the others. */
const LAST_CLASSES: Readonly<Record<string, readonly string[]>> = { slow: ['small', 'thumb'], encode: ['waveform'] }

// A process that comes after this one must not take over its slots, as one of the same number would.
const PROCESS = randomUUID()

/** Plays stories in one instance, each with an owner and assets of its own. */
export class Stories {
  readonly #context: StoryContext
  readonly #cast = new Map<string, { readonly story: number; readonly role: Role }>()
  readonly #openHandlers = new Map<number, number>()
  readonly #openVerbs = new Map<number, number>()
  readonly #interludes = new Map<string, () => Promise<void>>()

  constructor(context: StoryContext) {
    this.#context = context
  }

  /** The step that a job of some story is; `null` for what this process did not begin. */
  stepOf(payload: WorkerPayload): Step | null {
    const cast = this.#cast.get(String(payload['assetId'] ?? payload['relocate']))
    if (cast === undefined) return null
    const { story, role } = cast
    if ('relocate' in payload) return { story, name: 'relocation' }
    if (payload.queue === 'rindle_purge') return { story, name: 'storageKey' in payload ? 'deletion' : 'purge' }
    if (payload.queue === 'rindle_promote') return { story, name: STEP_NAMES[role].promote }
    return { story, name: `${STEP_NAMES[role].process} ${String(payload['class'])}` }
  }

  /**
   * Called at every point before anything else. Lets what comes in between overtake a worker, and otherwise puts the
   * verbs and jobs of a story one after the other: the last job of an asset does more than the others, and must always
   * be the same one; and while a story stands in one of them, no other may do half of what it does.
   */
  async arrange({ story, name }: Step, point: string): Promise<void> {
    const interlude = this.#interludes.get(`${story} ${point}`)
    this.#interludes.delete(`${story} ${point}`)
    await interlude?.()
    if (point.endsWith(': after its handler #1')) count(this.#openHandlers, story, -1)
    if (!point.endsWith(': before its handler #1')) return
    const waitsFor = LAST_CLASSES[name.split(' ').at(-1) ?? '']
    if (waitsFor !== undefined) await this.#untilReady(this.#assetOf(story), waitsFor)
    await until(() => (this.#openVerbs.get(story) ?? 0) === 0)
    if (name !== 'purge') await until(() => this.#hasNoHandler(story))
    count(this.#openHandlers, story, 1)
  }

  /** Plays one story to its end, at which the last of its jobs has ended too. */
  async play(story: number, name: StoryName): Promise<void> {
    await PLOTS[name](this.#stage(story))
    await this.#untilIdle(story)
  }

  #stage(story: number): Stage {
    const { rindle, changed, picture, recording, tell } = this.#context
    return {
      rindle,
      changed,
      picture,
      recording,
      tell,
      owner: { type: 'story', id: `${PROCESS}-${story}` },
      changing: `changing_${story}` as 'changing_0',
      within: (name, work) => this.#within(story, name, work),
      cast: (assetId, role) => void this.#cast.set(assetId, { story, role }),
      interlude: (point, work) => void this.#interludes.set(`${story} ${point}`, work),
      // What comes next may not overlap with the end of the last handler: where the story stood there, it would be half
      // done.
      untilReady: async (assetId) => {
        await this.#untilReady(assetId)
        await this.#untilIdle(story)
      },
      untilGone: async (assetId) => until(async () => (await rindle.asset(assetId)) === null),
      untilIdle: () => this.#untilIdle(story),
    }
  }

  async #within<Result>(story: number, name: string, work: () => Promise<Result>): Promise<Result> {
    count(this.#openVerbs, story, 1)
    const result = await this.#context.points.within({ story, name }, work)
    count(this.#openVerbs, story, -1)
    return result
  }

  #hasNoHandler(story: number): boolean {
    return (this.#openHandlers.get(story) ?? 0) === 0
  }

  #untilIdle(story: number): Promise<void> {
    return until(() => this.#hasNoHandler(story))
  }

  #assetOf(story: number): string {
    return [...this.#cast].findLast(([, cast]) => cast.story === story)?.[0] ?? ''
  }

  /** Until the asset, or these of its variants, are ready. */
  async #untilReady(assetId: string, variants?: readonly string[]): Promise<void> {
    await until(async () => {
      const asset = await this.#context.rindle.asset(assetId)
      if (variants === undefined || asset === null) return asset?.state === 'ready'
      return asset.variants.every(({ name, state }) => !variants.includes(name) || state === 'ready')
    })
  }
}

function count(counts: Map<number, number>, story: number, change: 1 | -1): void {
  counts.set(story, (counts.get(story) ?? 0) + change)
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(10)
}
