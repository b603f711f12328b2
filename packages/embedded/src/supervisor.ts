// A separate program, which `superviseServer` starts: it is the parent of one PostgreSQL server and holds a pipe to
// the application. However the application ends, SIGKILL included, the pipe closes and the server is stopped.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SupervisorOrder } from './supervise-server.ts'

const order = JSON.parse(process.argv[2] ?? '') as SupervisorOrder

const server = spawn(order.executable, [...order.arguments, '-c', `rindle.supervisor_pid=${process.pid}`], {
  ...order.user,
  cwd: order.workingDirectory,
  // PostgreSQL takes a live process of its own user for a rival server; this variable exempts one id.
  env: { ...process.env, ...(order.stalePid === undefined ? {} : { PG_GRANDPARENT_PID: String(order.stalePid) }) },
  stdio: ['ignore', 'ignore', 'inherit'],
})

process.stdin.on('end', () => server.kill(order.stopSignal))
process.stdin.resume()

try {
  await once(server, 'close')
} catch (error) {
  process.stderr.write(`PostgreSQL could not be run: ${String(error)}\n`)
}
if (order.removeWhenStopped !== undefined) await removeCluster(order.removeWhenStopped)
process.stdin.destroy()

async function removeCluster(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 10 })
  // The home is deleted, too, if it holds nothing else.
  await rmdir(dirname(directory)).catch(() => undefined)
}
