#!/usr/bin/env node
import { isRindleError } from '@rindle/core'
import { readEnvFiles } from './env-files.ts'
import { nodeProblem } from './node-problem.ts'
import { run } from './run.ts'

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

const stopping = new AbortController()
for (const [signal, number] of Object.entries(SIGNAL_NUMBERS)) {
  process.on(signal, () => {
    // The second signal ends the process at once: its jobs go back to their queues when their heartbeat is missed.
    if (stopping.signal.aborted) process.exit(128 + number)
    stopping.abort(signal)
  })
}
// `rindle show … | head` closes the pipe early; nobody reads the rest.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1)
  throw error
})

// A terminal whose size nobody set has 0 columns, and a spinner would never finish a line.
for (const stream of [process.stdout, process.stderr]) if (stream.columns === 0) stream.columns = 80

const problem = nodeProblem(process.versions.node)
if (problem !== undefined) refuse(problem)
// Before anything reads the environment: the configuration of an application reads it when it is loaded.
try {
  readEnvFiles(process.cwd(), process.env)
} catch (error) {
  if (!isRindleError(error)) throw error
  refuse(error.message)
}
const exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stopping.signal,
})
// An application's configuration may have opened connections that nobody closes. Flush the output first.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise((resolve) => stream.write('', resolve))
}
process.exit(exitCode)

function refuse(message: string): never {
  process.stderr.write(`rindle: ${message}\n`)
  process.exit(2)
}
