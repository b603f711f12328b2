import { assetById } from '../../assets/read.ts'
import { isDeliverable, isInFlight } from '../../domain/states.ts'
import { doorbell } from '../../kernel/doorbell.ts'
import type { Joined } from '../../kernel/flights.ts'
import type { ImageRuntime, Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import { type AskedMember, askForMember } from '../../variants/ask.ts'

// A notification tells of every change; a lost one costs this much. Without notifications it is the only way.
const LOOK_AGAIN_MS = 5_000
const LOOK_MS = 250

/** The awaited image. */
export interface AwaitedMember {
  readonly assetId: string
  /** The name of its variant. */
  readonly name: string
}

/**
 * Asks for a member, and waits until it can be served or fails: as long as `waitMs` says, until the client goes away, and
 * not at all if too many wait in this process. All requests of a process for one member ask once.
 */
export function waitForMember(
  runtime: Runtime,
  images: ImageRuntime,
  member: AwaitedMember,
  signal: AbortSignal,
): Promise<Joined<AskedMember>> {
  return images.flights.join(`${member.assetId} ${member.name}`, {
    fly: (ended) => askAndWatch(runtime, images, member, ended),
    timeoutMs: images.waitMs,
    signal,
  })
}

async function askAndWatch(
  runtime: Runtime,
  { maxMaking }: ImageRuntime,
  { assetId, name }: AwaitedMember,
  ended: AbortSignal,
): Promise<AskedMember> {
  const bell = doorbell(ended)
  // Before the ask, so that no change is missed after it.
  const subscription = await subscribe(runtime, assetId, bell.ring)
  try {
    let answer = await askForMember(runtime, assetId, name, { maxMaking })
    while (answer.outcome === 'making' && !ended.aborted) {
      await bell.rang(subscription === null ? LOOK_MS : LOOK_AGAIN_MS)
      if (ended.aborted || (await isStillMade(runtime, assetId, name))) continue
      answer = await askForMember(runtime, assetId, name, { maxMaking })
    }
    return answer
  } finally {
    await subscription?.close()
  }
}

/** Without a lock, unlike the ask: progress rings the bell often. */
async function isStillMade(runtime: Runtime, assetId: string, name: string): Promise<boolean> {
  const asset = await assetById(runtime, assetId)
  const variant = asset?.variants.find((each) => each.name === name)
  return asset !== null && isDeliverable(asset.state) && variant !== undefined && isInFlight(variant.state)
}

/** `null`: this database sends no notifications, or not now. */
async function subscribe(
  { changes, logger }: Runtime,
  assetId: string,
  ring: () => void,
): Promise<{ close(): Promise<void> } | null> {
  try {
    return await changes.subscribe(assetId, ring)
  } catch (error) {
    logger.debug({ assetId, ...errorFields(error) }, 'A request for an image looks for it instead of being notified.')
    return null
  }
}
