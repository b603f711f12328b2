import { parseArgs } from 'node:util'
import { COMMANDS } from './commands.ts'
import type { ExitCode } from './exit-code.ts'
import { explainError } from './explain-error.ts'
import type { Io } from './io.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { createReport, type Format } from './report.ts'

/**
 * Runs one `rindle` command. Never rejects and never ends the process: prints a failure and returns the exit code.
 * Several may run in one process, but not two demos.
 *
 * @param argv The arguments after the program's name.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const report = createReport(io, formatOf(argv))
  try {
    const isEmpty = argv.length === 0
    const parsed = await parseCommandLine(withHelp(argv), COMMANDS, io.stdout.columns)
    if ('text' in parsed) {
      io[isEmpty ? 'stderr' : 'stdout'].write(`${parsed.text.trimEnd()}\n`)
      return isEmpty ? 2 : 0
    }
    const { exitCode, document } = await parsed.execute({ io, report })
    report.document(document)
    return exitCode
  } catch (error) {
    const explanation = explainError(error)
    report.failure(explanation)
    return explanation.exitCode
  }
}

/** The same question in the way that yargs knows: `rindle help doctor`, and `rindle` alone. Pure. */
function withHelp(argv: readonly string[]): readonly string[] {
  if (argv.length === 0) return ['--help']
  const [first, ...rest] = argv
  return first === 'help' ? [...rest, '--help'] : argv
}

/** Read before the command line is parsed, because the error of a wrong command line has that format, too. */
function formatOf(argv: readonly string[]): Format {
  const { values } = parseArgs({ args: [...argv], strict: false, options: { format: { type: 'string' } } })
  return values.format === 'json' ? 'json' : 'text'
}
