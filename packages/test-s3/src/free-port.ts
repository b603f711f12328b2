import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that the kernel gives to outgoing connections, so that a killed server finds its port free when it
// starts again; above those that Ceph takes by itself.
const FIRST = 10_240
const LAST = 32_000
const ATTEMPTS = 100

/** A free TCP port of 127.0.0.1 whose next port is free, too. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST)
    if ((await isFree(port)) && (await isFree(port + 1))) return port
  }
  throw new Error(`None of ${ATTEMPTS} ports tried on 127.0.0.1 is free.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
