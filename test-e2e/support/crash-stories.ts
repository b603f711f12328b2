import { setTimeout as delay } from 'node:timers/promises'
import { type Asset, isRindleError } from '@rindle/core'
import type { CrashInstance, crashProfiles } from './crash-instance.ts'
import type { CrashPoints, Step, WorkerPayload } from './crash-points.ts'

/** What a process tells the test before it dies. */
export type CrashNews =
  /** The application was told that this upload is done: it may not be lost. */
  | { readonly type: 'acknowledged'; readonly assetId: string }
  /** The application is about to give the asset up: it may be purged from now on. */
  | { readonly type: 'releasing'; readonly assetId: string }

/** What the stories work with. */
export interface StoryContext {
  readonly rindle: CrashInstance
  readonly points: CrashPoints
  readonly picture: Buffer
  /** Resolves when the news is on its way for certain. */
  readonly tell: (news: CrashNews) => Promise<void>
}

/** The ways through the product; each ends with nothing left to do. */
export const STORY_NAMES = ['replaced', 'direct', 'aborted', 'refused', 'overtaken'] as const

/** One of {@link STORY_NAMES}. */
export type StoryName = (typeof STORY_NAMES)[number]

type Role = 'proxied' | 'direct' | 'overtaken'
type ProfileName = keyof typeof crashProfiles

const SLOT = 'avatar'
const MAKES_ROOM = 'overtaken process: before put #1'

/** Plays stories in one instance, each with an owner and assets of its own. */
export class Stories {
  readonly #context: StoryContext
  readonly #cast = new Map<string, { readonly story: number; readonly role: Role }>()
  readonly #openHandlers = new Map<number, number>()

  constructor(context: StoryContext) {
    this.#context = context
  }

  /** The step that a job of some story is; `null` for what this process did not begin. */
  stepOf(payload: WorkerPayload): Step | null {
    const cast = this.#cast.get(String(payload['assetId']))
    if (cast === undefined) return null
    const { story, role } = cast
    if (payload.queue === 'rindle_purge') return { story, name: 'purge' }
    if (payload.queue === 'rindle_promote') return { story, name: role === 'direct' ? 'direct promote' : 'promote' }
    return { story, name: role === 'overtaken' ? 'overtaken process' : `process ${String(payload['class'])}` }
  }

  /**
   * Called at every point before anything else. Lets a purge overtake a worker, and otherwise puts the jobs of a story
   * one after the other: the last job of an asset does more than the others, and must always be the same one.
   */
  async arrange({ story, name }: Step, point: string): Promise<void> {
    if (point === MAKES_ROOM) await this.#letPurgeOvertake(story)
    if (point.endsWith(': after its handler #1')) this.#countHandlers(story, -1)
    if (!point.endsWith(': before its handler #1')) return
    if (name === 'process slow') await this.#untilFastAreReady(story)
    if (name !== 'purge') while (this.#handlersOf(story) > 0) await delay(10)
    this.#countHandlers(story, 1)
  }

  /** Plays one story to its end, at which the last of its jobs has ended too. */
  async play(story: number, name: StoryName): Promise<void> {
    const plots: Readonly<Record<StoryName, () => Promise<void>>> = {
      replaced: () => this.#playReplaced(story),
      direct: () => this.#playDirect(story),
      aborted: () => this.#playAborted(story),
      refused: () => this.#playRefused(story),
      overtaken: () => this.#playOvertaken(story),
    }
    await plots[name]()
    await until(async () => this.#handlersOf(story) === 0)
  }

  async #playReplaced(story: number): Promise<void> {
    const { rindle, tell } = this.#context
    const first = await this.#upload(story, 'proxied')
    await this.#untilReady(first.id)
    await this.#within(story, 'attach', () => rindle.attach(first, ownerOf(story), SLOT))
    const second = await this.#upload(story, 'proxied')
    await this.#untilReady(second.id)
    await tell({ type: 'releasing', assetId: first.id })
    await this.#within(story, 'replace', () => rindle.attach(second, ownerOf(story), SLOT))
    await this.#untilGone(first.id)
  }

  async #playDirect(story: number): Promise<void> {
    const { rindle, tell } = this.#context
    const { sessionId, assetId } = await this.#putByUrl(story, 'direct')
    await this.#within(story, 'verify', () => rindle.verifyCompletion(sessionId))
    await tell({ type: 'acknowledged', assetId })
    await this.#untilReady(assetId)
  }

  async #playAborted(story: number): Promise<void> {
    const { rindle, tell } = this.#context
    const { sessionId, assetId } = await this.#putByUrl(story, 'proxied')
    await tell({ type: 'releasing', assetId })
    await this.#within(story, 'abort', () => rindle.abortUpload(sessionId))
    await this.#untilGone(assetId)
  }

  /** The rows cannot be written, so the bytes that are stored already are deleted again. */
  async #playRefused(story: number): Promise<void> {
    const { rindle, picture } = this.#context
    const attachTo = { owner: ownerOf(story), slot: 'unknown' as typeof SLOT }
    await this.#within(story, 'refused upload', async () => {
      try {
        await rindle.upload('picture', picture, { filename: 'a.jpg', ...attachTo })
      } catch (error) {
        if (!isRindleError(error, 'unknown_slot')) throw error
      }
    })
  }

  /** The asset is purged while a worker makes its variant, which is then stored for nobody and deleted. */
  async #playOvertaken(story: number): Promise<void> {
    const { id } = await this.#upload(story, 'overtaken')
    await this.#untilGone(id)
  }

  async #letPurgeOvertake(story: number): Promise<void> {
    const { rindle, tell } = this.#context
    const assetId = this.#assetOf(story)
    await tell({ type: 'releasing', assetId })
    await this.#within(story, 'detach', () => rindle.detach(ownerOf(story), SLOT))
    await this.#untilGone(assetId)
  }

  async #upload(story: number, role: 'proxied' | 'overtaken'): Promise<Asset<ProfileName>> {
    const { rindle, picture, tell } = this.#context
    const profile: ProfileName = role === 'overtaken' ? 'single' : 'picture'
    const attachTo = role === 'overtaken' ? ({ owner: ownerOf(story), slot: SLOT } as const) : {}
    return this.#within(story, 'upload', async () => {
      const received = await rindle.receive(profile, picture, { filename: 'a.jpg' })
      this.#cast.set(received.assetId, { story, role })
      const asset = await rindle.register(received, attachTo)
      await tell({ type: 'acknowledged', assetId: asset.id })
      return asset
    })
  }

  async #putByUrl(story: number, role: 'proxied' | 'direct'): Promise<{ sessionId: string; assetId: string }> {
    const { rindle, picture } = this.#context
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
    const { session, request } = await this.#within(story, 'initiate', () => rindle.presignedPut('picture', declared))
    this.#cast.set(session.assetId, { story, role })
    const { url, ...options } = request
    const response = await this.#within(story, 'put by URL', () =>
      rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(picture) })),
    )
    if (!response.ok) throw new Error(`The PUT was answered with ${response.status}.`)
    return { sessionId: session.id, assetId: session.assetId }
  }

  #within<Result>(story: number, name: string, work: () => Promise<Result>): Promise<Result> {
    return this.#context.points.within({ story, name }, work)
  }

  #handlersOf(story: number): number {
    return this.#openHandlers.get(story) ?? 0
  }

  #countHandlers(story: number, change: 1 | -1): void {
    this.#openHandlers.set(story, this.#handlersOf(story) + change)
  }

  #assetOf(story: number): string {
    return [...this.#cast].findLast(([, cast]) => cast.story === story)?.[0] ?? ''
  }

  async #untilReady(assetId: string): Promise<void> {
    await until(async () => (await this.#context.rindle.asset(assetId))?.state === 'ready')
  }

  async #untilGone(assetId: string): Promise<void> {
    await until(async () => (await this.#context.rindle.asset(assetId)) === null)
  }

  async #untilFastAreReady(story: number): Promise<void> {
    await until(async () => {
      const asset = await this.#context.rindle.asset(this.#assetOf(story))
      return asset?.variants.every(({ name, state }) => name === 'modern' || state === 'ready') === true
    })
  }
}

/** Of this process alone: one that comes after it must not take over its slots. */
function ownerOf(story: number): { readonly type: string; readonly id: string } {
  return { type: 'story', id: `${process.pid}-${story}` }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(10)
}
