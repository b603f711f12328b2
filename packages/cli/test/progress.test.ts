import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { run } from '../src/index.ts'
import { createWalkDisplay, progressText, RateMeter } from '../src/operation/walk-progress.ts'
import { createProgress } from '../src/progress.ts'
import { createReport } from '../src/report.ts'
import { CapturedTerminal, capturedIo } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const DAY_SECONDS = 86_400

describe('the line of a long verb', () => {
  const at = (done: number, total: number | null, isEstimate = false) => ({ done, total, isEstimate })

  test.each([
    [at(0, null), null, {}, '0'],
    [at(12_300, null), 1_230, {}, '12,300  1,230/s'],
    [at(0, 3), null, {}, '0 of 3 (0%)'],
    [at(250, 1_000), 12.34, {}, '250 of 1,000 (25%)  12/s  61 s left'],
    [at(999, 1_000), 0.01, {}, '999 of 1,000 (99%)  0.6/min  100 s left'],
    [at(1_000, 1_000), 4.56, {}, '1,000 of 1,000 (100%)  4.6/s  0 s left'],
    [at(10, 20), 0, {}, '10 of 20 (50%)  0/s'],
    [at(50_000, 1_000_000, true), 100, {}, '50,000 of about 1,000,000 (5%)  100/s  2 h left'],
    [at(1, 90_000_000, true), 10, {}, '1 of about 90,000,000 (0%)  10/s  104 d left'],
    // An estimate that was too low.
    [at(1_001, 1_000, true), 10, {}, '1,001  10/s'],
    [at(1_001, 1_000), 10, {}, '1,001 of 1,001 (100%)  10/s  0 s left'],
    [at(0, 0), null, {}, '0 of 0'],
  ])('of %j at %s a second, with %j, is "%s"', (progress, perSecond, counts, text) => {
    expect(progressText(progress, perSecond, counts, 77)).toBe(text)
  })

  test('has the counts that there is room for, errors first, and none that says nothing new', () => {
    const counts = { sessionsFound: 50, sessionsDeleted: 49, objectsMissing: 0, errors: 1 }
    expect(progressText(at(50, null), null, counts, 77)).toBe('50  errors 1  sessions_deleted 49')
    expect(progressText(at(50, null), null, counts, 20)).toBe('50  errors 1')
    expect(progressText(at(50_000, 1_000_000, true), 100, counts, 30)).toBe('50,000 of about 1,000,000 (5%)')
  })

  test('shows the rate of the last seconds, and not an earlier one', () => {
    const rate = new RateMeter(0)
    expect(rate.at(500, 500)).toBeNull()
    expect(rate.at(1_000, 1_000)).toBe(1_000)
    for (let second = 2; second <= 60; second += 1) rate.at(second * 1_000, 1_000 + second)
    expect(rate.at(61_000, 1_061)).toBe(1)
  })
})

describe('on a terminal', () => {
  function contextOf(terminal: CapturedTerminal, signal = new AbortController().signal) {
    const io = { ...capturedIo({ signal }), stdout: terminal, stderr: terminal }
    return { io, report: createReport(io, 'text') }
  }

  test('is drawn a few times a second, however often it is updated, and is gone at the end', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const terminal = new CapturedTerminal()
    let frames = 0
    terminal.on('written', () => (frames += terminal.text.endsWith('\u001B[?2026h') ? 1 : 0))
    const display = createWalkDisplay(contextOf(terminal), 'a verb')
    for (let done = 1; done <= 10_000; done += 1) {
      display.onProgress?.({}, { done, total: 10_000, isEstimate: false })
      if (done % 500 === 0) vi.advanceTimersByTime(100)
    }
    expect(frames).toBeLessThan(40)
    expect(terminal.screen().join('\n')).toMatch(/^\S [\d,]+ of 10,000 \(\d+%\) {2}[\d,]+\/s {2}\d+ s left$/)
    display.clear()
    vi.advanceTimersByTime(10_000)
    expect(terminal.screen()).toEqual([''])
  })

  test('what takes long to begin shows its title, and one that is to stop says so', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const stop = new AbortController()
    const terminal = new CapturedTerminal()
    using display = createWalkDisplay(contextOf(terminal, stop.signal), 'looking for the objects of variants')
    vi.advanceTimersByTime(999)
    expect(terminal.text).toBe('')
    vi.advanceTimersByTime(1)
    expect(terminal.screen()).toEqual([expect.stringMatching(/^\S looking for the objects of variants$/)])
    stop.abort()
    await vi.advanceTimersByTimeAsync(200)
    expect(terminal.screen()).toEqual([expect.stringMatching(/^\S Stopping after the current items$/)])
    display.clear()
    expect(terminal.screen()).toEqual([''])
  })

  test('lines that are written meanwhile stay whole, and the display goes below them', () => {
    const terminal = new CapturedTerminal()
    const context = contextOf(terminal)
    const progress = createProgress(context)
    progress.show('working')
    context.report.line('a finding')
    terminal.write('{"level":"error"}\n')
    expect(terminal.screen()).toEqual(['a finding', '{"level":"error"}', expect.stringMatching(/^\S working$/)])
    progress.clear()
    context.report.line('Done.')
    expect(terminal.screen()).toEqual(['a finding', '{"level":"error"}', 'Done.'])
  })

  test.each([
    ['nothing is shown where nobody looks', {}, 'text'],
    ['nor in JSON', { terminal: true }, 'json'],
    ['nor on a terminal that can do nothing', { terminal: true, env: { TERM: 'dumb' } }, 'text'],
  ] as const)(
    '%s',
    (_what, { terminal: isTerminal = false, env = {} }: { terminal?: boolean; env?: object }, format) => {
      const stderr = new CapturedTerminal()
      stderr.isTTY = isTerminal
      const io = { ...capturedIo(), stderr, env: { ...env } }
      const progress = createProgress({ io, report: createReport(io, format) })
      progress.show('working')
      progress.clear()
      expect(stderr.text).toBe('')
    },
  )
})

/** Only keys of Rindle's own form are looked for: the others are files of the application. */
const STRAY_ASSET = '01900000-0000-7000-8000-000000000001'

describe('a command on a terminal', () => {
  const cli = useApplication()

  beforeAll(async () => {
    await cli.client.executeSql(
      `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename, kind, content_type, byte_size)
       select gen_random_uuid(), 'photo', 'main', 'photo/' || n || '/a.jpg', 'ready', 'a.jpg', 'image', 'image/jpeg', 1
       from generate_series(1, 1200) as n`,
    )
    const directory = join(cli.application.directory, 'media', 'photo', STRAY_ASSET)
    await mkdir(directory, { recursive: true })
    const old = new Date(Date.now() - 10 * DAY_SECONDS * 1_000)
    for (let n = 1; n <= 700; n += 1) {
      const path = join(directory, `original-${n.toString(16)}.jpg`)
      await writeFile(path, 'stray')
      await utimes(path, old, old)
    }
  })

  /** One terminal for both streams, as a person has it; `atFrame` is called when the display has been drawn. */
  async function onTerminal(
    argv: readonly string[],
    atFrame: (frame: string, stop: AbortController) => void = () => {},
  ): Promise<{ exitCode: number; terminal: CapturedTerminal; frames: readonly string[] }> {
    const stop = new AbortController()
    const terminal = new CapturedTerminal()
    const frames: string[] = []
    terminal.on('written', () => {
      // eslint-disable-next-line no-control-regex
      const [, frame] = /\u001B\[\?2026h[^]*?([^\u001B]*)\u001B\[\?2026l$/.exec(terminal.text.slice(-500)) ?? []
      if (frame === undefined) return
      frames.push(frame)
      atFrame(frame, stop)
    })
    const io = {
      ...capturedIo({ cwd: cli.application.directory, env: { DATABASE_URL: cli.database.url }, signal: stop.signal }),
    }
    const exitCode = await run(argv, { ...io, stdout: terminal, stderr: terminal })
    return { exitCode, terminal, frames }
  }

  test('shows how far it has come, and leaves nothing but its summary', async () => {
    const { exitCode, terminal, frames } = await onTerminal(['backfill-metadata'])
    expect(exitCode).toBe(0)
    expect(terminal.screen().at(-1)).toBe('Done.')
    const verified = await onTerminal(['regenerate-variants', '--dry-run'])
    expect(verified.frames.join('\n')).toMatch(/\S 500 of 1,200 \(41%\)/)
    expect(Math.max(...[...frames, ...verified.frames].map((frame) => frame.length))).toBeLessThan(80)
    expect(verified.terminal.screen()).toEqual([
      'Rindle: broad regeneration scan for stale/missing variants...',
      '  enqueued: 2400',
      '  skipped:  0',
      '  errors:   0',
      'Done.',
      'Dry run: nothing was changed.',
    ])
  })

  test('prints findings above the display, each line whole', async () => {
    const { terminal, frames } = await onTerminal(['scan-orphans'])
    expect(frames.join('\n')).toMatch(/500 of about 1,200 \(41%\)/)
    const lines = terminal.screen()
    expect(
      lines.filter((line) => /^orphan main photo\/\S+\/original-[0-9a-f]+\.jpg {2}5 B {2}\S+$/.test(line)),
    ).toHaveLength(700)
    expect(lines.slice(-8)).toEqual([
      '  scanned: 700',
      '  matched: 700',
      '  deleted: 0',
      '  bytes:   3500',
      '  errors:  0',
      '  dry_run: true',
      'Done.',
      'Dry run: nothing was changed. Add --live to do it.',
    ])
  })

  test.each(['regenerate-variants --dry-run', 'check'])(
    '%s that is interrupted prints its summary so far and no rest',
    async (name) => {
      const { exitCode, terminal } = await onTerminal(name.split(' '), (_frame, stop) => stop.abort())
      expect(exitCode).toBe(130)
      const lines = terminal.screen()
      expect(lines).toContain('Interrupted.')
      expect(lines.filter((line) => /\d%|Stopping/.test(line))).toEqual([])
    },
  )
})
