import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from '@rindle/core'
import { errorOf, outputOf } from '@rindle/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { pdf } from '../src/recipes/index.ts'
import { line, pdfOf, slowPage } from './pdf-file.ts'
import { isRunning, type ReaderSeen, readersOf } from './reader-processes.ts'
import { LIMITS, outcomesOf, processorWith, sourceFile } from './workbench.ts'

const SLOW = pdf.page({ width: 2000 })
const SECOND = pdf.page({ page: 2, width: 50 })
/** Hundredths of a second of a core. A start takes some fifteen of them, and a few more where nothing is compiled yet. */
const WORKED_TICKS = 80

const reason = process.platform === 'linux' ? '' : 'processes are looked at in /proc'
if (reason !== '') console.warn(`Skipped: the processes of the PDF processor, because ${reason}.`)

let source: SourceFile
beforeEach(async () => {
  source = await sourceFile(pdfOf([slowPage(), { content: line('Second') }]))
})

/** Resolves when a reader process of that application is in the middle of hard work. */
async function atWork(application: number = process.pid): Promise<ReaderSeen> {
  return vi.waitFor(
    async () => {
      const worker = (await readersOf(application)).find(({ ticks }) => ticks > WORKED_TICKS)
      if (worker === undefined) throw new Error('No reader process has worked yet.')
      return worker
    },
    { timeout: 30_000, interval: 100 },
  )
}

describe.skipIf(reason !== '')('the process of a document', { timeout: 60_000 }, () => {
  it.each([
    ['SIGKILL', 'process_killed', 'was killed from outside, perhaps by the system for lack of memory'],
    ['SIGSEGV', 'processing_failed', 'crashed'],
  ] as const)('that dies by %s is %s of what it made, and the next variant is made', async (signal, code, what) => {
    const working = outcomesOf(source, { slow: SLOW, second: SECOND })
    process.kill((await atWork()).pid, signal)
    const outcomes = await working
    expect(errorOf(outcomes.get('slow'))).toMatchObject({
      code,
      retryable: true,
      message: `Could not make slow from the PDF: the process that read it ${what} (${signal}).`,
    })
    outputOf(outcomes.get('second'))
  })

  it('ends with the application, though PDFium is in the middle of a page', async () => {
    const application = fork(fileURLToPath(new URL('slow-work-program.ts', import.meta.url)), [source.path])
    onTestFinished(() => void application.kill('SIGKILL'))
    const { pid } = await atWork(application.pid)
    application.kill('SIGKILL')
    await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 10_000 })
  })

  it('knows no secret of the application, and leaves no core dump', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://user:secret@localhost/app')
    onTestFinished(() => void vi.unstubAllEnvs())
    const working = outcomesOf(source, { slow: SLOW }, {}, processorWith())
    const { pid, environment, limits } = await atWork()
    process.kill(pid, 'SIGKILL')
    await working
    expect(environment.filter((entry) => entry.includes('secret'))).toEqual([])
    expect(limits).toMatch(/^Max core file size +0 /m)
  })

  it('is gone when its work is done', async () => {
    await processorWith().probe(source, { limits: LIMITS })
    expect(await readersOf(process.pid)).toEqual([])
  })
})
