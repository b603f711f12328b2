import { randomUUID } from 'node:crypto'
import { type KillPlace, killInstance } from './kill-instance.ts'

/** A message from this program to the test. */
export type KillMessage = 'working' | 'committed'

// The program of a process that makes events and delivers them until it is killed: node kill-program.ts <place as JSON>
const [, , placeText = '{}'] = process.argv
const rindle = killInstance(JSON.parse(placeText) as KillPlace)

/** One pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

function tell(message: KillMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

/** An asset that one owner keeps, and that others take and give back. */
async function makeEvents(): Promise<void> {
  const keeper = { type: 'keeper', id: randomUUID() }
  const { id } = await rindle.upload('picture', PIXEL, { filename: 'a.png', owner: keeper, slot: 'kept' })
  for (let times = 0; times < 3; times += 1) {
    const guest = { type: 'guest', id: randomUUID() }
    await rindle.attach({ id, profile: 'picture' }, guest, 'shown')
    await tell('committed')
    await rindle.detach(guest, 'shown')
  }
}

await rindle.start()
await rindle.work()
await tell('working')
for (;;) await Promise.all([makeEvents(), makeEvents()])
