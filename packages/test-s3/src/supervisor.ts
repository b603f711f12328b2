// A separate program, which `supervise` starts: it is the parent of a server's processes and is connected to the test
// process. However that ends, SIGKILL included, the connection closes, and the processes and their directory go too.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { ToSupervisor, ToTest } from './supervise.ts'

const directory = process.argv[2]
if (directory === undefined) throw new Error('Usage: supervisor <directory>')

const running = new Map<string, ChildProcess>()

process.on('message', (message: ToSupervisor) => {
  if (message.do === 'start') start(message)
  else running.get(message.name)?.kill('SIGKILL')
})
process.on('disconnect', () => void end())

function start({ name, command, args, env, logFile }: Extract<ToSupervisor, { do: 'start' }>): void {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
  closeSync(log)
  running.set(name, child)
  const report = (): void => {
    running.delete(name)
    if (process.connected) process.send?.({ ended: name } satisfies ToTest)
  }
  child.once('error', report)
  child.once('exit', report)
}

async function end(): Promise<void> {
  const children = [...running.values()]
  const gone = children.map((child) => once(child, 'exit'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.allSettled(gone)
  await rm(String(directory), { recursive: true, force: true, maxRetries: 10 })
}
