import { setTimeout as delay } from 'node:timers/promises'
import { type DoctorCheck, type DoctorReport, type Rindle, RindleError } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { assertSameDatabase } from '../assert-same-database.ts'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import { checkLines, countsLine } from '../doctor/check-lines.ts'
import { loadConfig } from '../load-config.ts'

const STOP_TIMEOUT_MS = 2_000

/** `rindle doctor`: checks the set-up. */
export const doctor: Command = defineCommand({
  usage: 'doctor [profiles..]',
  describe: 'Check database, storages, workers and tools',
  examples: [
    ['doctor', 'Check everything; exit 1 on any error'],
    ['doctor photo video', 'Check the needs of these profiles'],
    ['doctor --origin https://app.example', 'Also check that pages of this origin may upload'],
    ['doctor --offline', 'Use no network'],
    ['doctor --quiet', 'Print only warnings and errors'],
  ],
  positionals: {
    profiles: { type: 'string', array: true, describe: 'Check only what these profiles need; default: all' },
  },
  options: {
    offline: { type: 'boolean', default: false, describe: 'Do not connect to the database or the storages' },
    quiet: { type: 'boolean', default: false, describe: 'Print only problems' },
    origin: { type: 'string', requiresArg: true, describe: 'Check that pages of this origin may upload' },
  },
  run: async (args, context) => {
    const { io } = context
    const origin = originOf(args.origin)
    const rindle = await loadConfig(args, io)
    await using _stopped = { [Symbol.asyncDispose]: () => stopSoon(rindle) }
    const profiles = args.profiles ?? []
    for (const profile of profiles) assertProfile(rindle, profile)
    const report = await rindle.doctor({
      ...(profiles.length === 0 ? {} : { profiles }),
      ...(origin === undefined ? {} : { origin }),
      offline: args.offline,
      signal: io.signal,
      onCheck: (check) => {
        if (isShown(check, args.quiet)) print(check, context)
      },
    })
    await assertAskedDatabase(rindle, args.databaseUrl, report)
    return conclude(report, args.quiet, context)
  },
})

/** Stops without waiting for long: a server that does not answer must not hold up a user who has just been told so. */
async function stopSoon(rindle: Rindle): Promise<void> {
  await Promise.race([rindle.stop(), delay(STOP_TIMEOUT_MS, undefined, { ref: false })])
}

/** An origin as browsers write it. Pure. `invalid_input`. */
function originOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url !== null && url.origin !== 'null' && /^https?:$/.test(url.protocol)) return url.origin
  throw new RindleError('invalid_input', `--origin must look like https://app.example, not "${text}".`)
}

function print(check: DoctorCheck, { io, report }: CommandContext): void {
  for (const line of checkLines(check, report.style, io.stdout)) report.line(line)
}

/** Checks the database, once it is reachable: the report covers one that is not. */
async function assertAskedDatabase(
  rindle: Rindle,
  databaseUrl: string | undefined,
  report: DoctorReport,
): Promise<void> {
  const isReachable = report.checks.some(({ id, status }) => id === 'database.reachable' && status === 'ok')
  if (databaseUrl !== undefined && isReachable) await assertSameDatabase(rindle, databaseUrl)
}

function isShown({ status }: DoctorCheck, isQuiet: boolean): boolean {
  return !isQuiet || status !== 'ok'
}

function conclude({ checks, counts, interrupted }: DoctorReport, isQuiet: boolean, context: CommandContext): Outcome {
  const { report } = context
  // In a list longer than the screen they would have scrolled away.
  if (counts.error > 0 && !isQuiet) {
    report.line('\nErrors:')
    for (const check of checks.filter(({ status }) => status === 'error')) print(check, context)
  }
  report.line(interrupted ? `Interrupted. ${countsLine(counts)}` : countsLine(counts))
  const shown = checks.filter((check) => isShown(check, isQuiet))
  return {
    exitCode: interrupted ? 130 : counts.error > 0 ? 1 : 0,
    document: { checks: shown, counts, interrupted },
  }
}
