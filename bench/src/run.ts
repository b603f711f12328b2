import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { BENCHES } from './benches.ts'
import { type CommandLine, parseCommandLine, UsageError } from './command-line.ts'
import { type History, openHistory } from './history.ts'
import { describeMachine } from './machine.ts'
import { drawPage, RECORD } from './page/draw-page.ts'
import { type Judged, toJson, toSummary, toTable } from './report.ts'
import { DatabaseServer } from './server.ts'
import { summarize } from './summary.ts'

/** Where a run prints. */
export interface Io {
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** Ends the run. */
  readonly signal: AbortSignal
}

const USAGE = `Usage: pnpm bench [name…] [--quick] [--json] [--budget ratio]
                  [--history file] [--record] [--minutes minutes]
       pnpm bench --draw

Runs the named benches, or all of them, and compares each with its floor.
  --quick         a smoke run of a few seconds each: its figures mean little, so only --budget judges them
  --json          one line of JSON per figure on stdout
  --budget ratio  judge by this ratio to the floor instead of the agreed budgets
  --history file  append one line of JSON per figure, with the time and the commit
  --record        keep the figures in bench/record.jsonl, and draw the pictures of docs/guide/benchmarks.md
  --draw          draw these pictures again from what is recorded, and run nothing
  --minutes n     how long soak loads an application; 2 unless given
  --list          print the benches and run none
Exit code: 0 no budget was missed, 1 one was or a bench failed, 2 wrong usage.`

/** Follows a command line and returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<0 | 1 | 2> {
  try {
    const commandLine = parseCommandLine(args)
    const benches = select(commandLine)
    if (commandLine.wantsHelp) io.print(`${USAGE}\n\n${list(BENCHES)}`)
    else if (commandLine.wantsList) io.print(list(benches))
    else if (commandLine.wantsDrawing) io.print(`Drawn: ${(await drawPage()).join(', ')}.`)
    else return (await runAll(benches, commandLine, io)) ? 0 : 1
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    io.printError(`${error.message}\n\n${USAGE}\n\n${list(BENCHES)}`)
    return 2
  }
}

function select({ names, isQuick, wantsList }: CommandLine): readonly Bench[] {
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name))
  if (unknown.length > 0) throw new UsageError(`There is no bench named ${unknown.join(', ')}.`)
  if (names.length > 0) return BENCHES.filter(({ name }) => names.includes(name))
  return isQuick || wantsList ? BENCHES : BENCHES.filter(({ isOnRequest }) => isOnRequest !== true)
}

function list(benches: readonly Bench[]): string {
  const width = Math.max(...benches.map(({ name }) => name.length))
  return ['Benches:', ...benches.map(({ name, describe }) => `  ${name.padEnd(width)}  ${describe}`)].join('\n')
}

/** Runs all and returns whether every budget was met. */
async function runAll(benches: readonly Bench[], commandLine: CommandLine, io: Io): Promise<boolean> {
  const histories = await historiesOf(commandLine)
  const directory = await mkdtemp(join(tmpdir(), 'rindle-bench-'))
  try {
    await using server = new DatabaseServer(directory)
    await mkdir(join(directory, 'shared'))
    const all: Judged[] = []
    let hasFailed = false
    for (const bench of benches) {
      io.signal.throwIfAborted()
      if (!commandLine.isJson)
        io.print(`${bench.name}: ${bench.describe}${commandLine.isQuick ? ' (now: less of it)' : ''}`)
      try {
        all.push(...(await runOne(bench, { commandLine, directory, server, histories, io })))
      } catch (error) {
        // The others take an hour; a failure here must not lose their results.
        io.signal.throwIfAborted()
        hasFailed = true
        io.printError(
          `${bench.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        )
      }
    }
    if (!commandLine.isJson && all.length > 0) io.print(toSummary(all))
    if (commandLine.isRecorded) await drawPage()
    return !hasFailed && all.every(({ isJudged, summary }) => !isJudged || summary.isWithinBudget)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The files that the figures are appended to. */
async function historiesOf({ history, isRecorded }: CommandLine): Promise<readonly History[]> {
  const paths = [...(history === undefined ? [] : [history]), ...(isRecorded ? [RECORD] : [])]
  return Promise.all(paths.map((path) => openHistory(path)))
}

interface RunContext {
  readonly commandLine: CommandLine
  readonly directory: string
  readonly server: DatabaseServer
  readonly histories: readonly History[]
  readonly io: Io
}

async function runOne(
  bench: Bench,
  { commandLine, directory, server, histories, io }: RunContext,
): Promise<readonly Judged[]> {
  const machine = describeMachine()
  const isJudged = !commandLine.isQuick || commandLine.budget !== undefined
  const own = await mkdtemp(join(directory, `${bench.name}-`))
  try {
    const measurements = await bench.run({
      isQuick: commandLine.isQuick,
      directory: own,
      sharedDirectory: join(directory, 'shared'),
      createDatabase: () => server.createDatabase(),
      minutes: commandLine.minutes,
      note: io.printError,
      signal: io.signal,
    })
    const all = measurements.map(
      (measurement): Judged => ({ measurement, summary: summarize(measurement, commandLine.budget), isJudged }),
    )
    for (const judged of all) {
      const json = toJson(judged, machine)
      io.print(commandLine.isJson ? json : toTable(judged))
      for (const history of histories) await history.append(json)
    }
    return all
  } finally {
    await server.dropDatabases()
    await rm(own, { recursive: true, force: true })
  }
}
