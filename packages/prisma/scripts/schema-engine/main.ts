#!/usr/bin/env node
/**
 * Stands in for Prisma's native `schema-engine`, which its installer downloads: same arguments, same requests on
 * stdin, served by the engine's WebAssembly form over adapter-pg. `prisma.config.ts` uses it when there is no native
 * engine.
 */
import { readEngineArguments } from './engine-arguments.ts'
import { reportPanics } from './report-panics.ts'
import { runDatabaseCommand } from './run-database-command.ts'
import { serveRequests } from './serve-requests.ts'

const engineArguments = readEngineArguments(process.argv.slice(2))
if (engineArguments.isVersionAsked) {
  console.log('schema-engine-cli wasm')
} else if (engineArguments.command !== undefined) {
  process.exitCode = await runDatabaseCommand(engineArguments.command, engineArguments.datasource.url)
} else {
  reportPanics()
  await serveRequests(engineArguments)
  // The engine keeps its pools open for good.
  process.exit(0)
}
