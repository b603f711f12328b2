import path from 'node:path'
import { OWN_NODE, runsTypeScript } from './app-manifest.ts'
import { ask } from './ask.ts'
import { type Choices, DEFAULT_CHOICES, type PackageManager } from './choices.ts'
import { type CommandLine, parseCommandLine } from './command-line.ts'
import { HELP } from './help.ts'
import { installPackages } from './install-packages.ts'
import { runningPackageManager, runProgram, runScript } from './package-manager.ts'
import { UsageError } from './usage-error.ts'
import { ownVersion, writeApplication } from './write-application.ts'

const OLD_NODE = `Node ${process.versions.node} is too old for it, so it brings its own Node ${OWN_NODE}, which npm's scripts and npx use.\n`
const DEFAULT_DIRECTORY = 'rindle-app'

/** Everything that the program uses of its surroundings. */
export interface Io {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The directory that relative paths belong to. */
  readonly cwd: string
  /** Whether a person can answer questions. */
  readonly isInteractive: boolean
}

/**
 * Runs `create-rindle`. Never rejects for a mistake of the user: prints it and returns the exit code.
 *
 * @param argv The arguments after the program's name.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const given = parseCommandLine(argv)
    if (given.help || given.version) {
      io.stdout.write(given.help ? HELP : `${await ownVersion()}\n`)
      return 0
    }
    return await create(given, io)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    io.stderr.write(`create-rindle: ${error.message}\n`)
    return error.exitCode
  }
}

async function create(given: CommandLine, io: Io): Promise<number> {
  const choices = given.yes || !io.isInteractive ? withDefaults(given) : await ask(given)
  if (choices === null) return 130
  const packageManager = given.packageManager ?? runningPackageManager(io.env)
  const name = given.directory ?? DEFAULT_DIRECTORY
  const directory = path.resolve(io.cwd, name)
  await writeApplication(directory, choices, packageManager, name)
  io.stdout.write(`Wrote the application to ${name}.\n`)
  if (!runsTypeScript(process.versions.node)) io.stdout.write(OLD_NODE)
  if (given.install) await installPackages(directory, packageManager, { shownAs: name, env: io.env })
  io.stdout.write(nextSteps(name, choices, packageManager, given.install))
  return 0
}

function withDefaults({ framework, media, database }: CommandLine): Choices {
  return {
    framework: framework ?? DEFAULT_CHOICES.framework,
    media: media ?? DEFAULT_CHOICES.media,
    database: database === undefined ? DEFAULT_CHOICES.database : database,
  }
}

function nextSteps(name: string, { database }: Choices, packageManager: PackageManager, isInstalled: boolean): string {
  const steps = [
    ...(name === '.' ? [] : [`cd ${/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)}`]),
    ...(isInstalled ? [] : [`${packageManager} install`]),
    ...(database === '' ? ['Set DATABASE_URL in .env'] : []),
    runScript(packageManager, 'dev'),
  ]
  const check = `With the application running, \`${runProgram(packageManager, 'rindle doctor')}\` checks the whole set-up.`
  return `\nNext:\n${steps.map((step) => `  ${step}`).join('\n')}\n\n${check}\n`
}
