import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { PRIVATE_HOSTS, PUBLIC_HOSTS } from '../../kernel/outbound/address-lists.ts'

const PROGRAM = fileURLToPath(new URL('./address-program.ts', import.meta.url))
// A network in which every address is this machine, so that a connection to any of them is seen.
const NETWORK = `ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo`
interface Outcome {
  readonly result: string
  readonly reached: readonly string[]
}

/** Why there can be no such network here; `undefined`: there can. */
function obstacle(): string | undefined {
  const { status, error, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', NETWORK], { encoding: 'utf8' })
  return status === 0 ? undefined : `unshare -n: ${error?.message ?? stderr.trim()}`
}

const reason = obstacle()
if (reason !== undefined) it('uploads from URLs reach no private address', ({ skip }) => skip(reason))

describe.skipIf(reason !== undefined)('an upload from a URL, where every address could be reached', () => {
  let outcomes: Readonly<Record<string, Outcome>>
  beforeAll(() => {
    const node = [process.execPath, ...process.execArgv, PROGRAM].map((word) => `'${word}'`).join(' ')
    const input = JSON.stringify({ refused: PRIVATE_HOSTS, allowed: PUBLIC_HOSTS })
    const output = execFileSync('unshare', ['-n', 'sh', '-c', `${NETWORK} && exec ${node}`], {
      input,
      encoding: 'utf8',
    })
    outcomes = JSON.parse(output) as typeof outcomes
  }, 120_000)

  const unreachable = [...PRIVATE_HOSTS, 'loop.test', 'mixed.test', 'metadata.test', 'nowhere.test']

  it('connects to no private address, however it is written', () => {
    for (const host of unreachable) expect({ host, ...outcomes[host] }).toMatchObject({ host, reached: [] })
    const refused = PRIVATE_HOSTS.filter((host) => outcomes[host]?.result === 'address_refused')
    expect(refused).toEqual(PRIVATE_HOSTS)
  })

  it('connects to no private address behind a redirect', () => {
    for (const host of unreachable) {
      expect({ host, ...outcomes[`redirect to ${host}`] }).toMatchObject({ host, reached: ['1.1.1.1'] })
    }
  })

  it('connects to public addresses', () => {
    for (const host of [...PUBLIC_HOSTS, 'public.test']) {
      expect({ host, ...outcomes[host] }).toMatchObject({ host, result: '200', reached: [expect.any(String)] })
    }
  })

  it('follows a name server no further that answers with a public address first, and then with a private one', () => {
    const rebinding = [1, 2, 3, 4].map((time) => outcomes[`rebind.test, ${time}`])
    expect(rebinding).toEqual([
      { result: '200', reached: ['1.1.1.1'] },
      { result: 'address_refused', reached: [] },
      { result: 'address_refused', reached: [] },
      { result: 'address_refused', reached: [] },
    ])
  })
})
