import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../src/index.ts'
import { configText } from './application.ts'
import { capturedIo, rindle } from './captured-io.ts'
import { setReachable } from './set-reachable.ts'
import { type RunningRindle, startRindle } from './start-rindle.ts'
import { useApplication } from './use-application.ts'

/** A scanner that reports its start and waits until it may end, so that a job is surely running. */
const WAITING_SCANNER = `
import { existsSync, watch, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const waiting = {
  name: 'waiting',
  failMode: 'closed',
  scan: async () => {
    writeFileSync(path('./begun'), '')
    while (!existsSync(path('./go'))) {
      await new Promise((resolve) => {
        const watcher = watch(path('./'), () => { watcher.close(); resolve() })
        if (existsSync(path('./go'))) { watcher.close(); resolve() }
      })
    }
    return { accepted: true }
  },
}
`

const cli = useApplication({ each: 'anew' })
const { command } = cli

async function appears(name: string): Promise<void> {
  const watcher = watch(cli.application.directory)
  try {
    while (!existsSync(join(cli.application.directory, name))) await once(watcher, 'change')
  } finally {
    watcher.close()
  }
}

async function uploadAndStartWorker(
  ...options: readonly string[]
): Promise<{ id: string; worker: ReturnType<typeof startRindle> }> {
  const text = configText({ before: WAITING_SCANNER, profile: 'scanners: [waiting],' })
  await cli.application.write('rindle.config.ts', text)
  const { stdout } = await command('upload', 'photo', 'one.jpg')
  const id = /asset (\S+)/.exec(stdout)?.[1] ?? ''
  const worker = startRindle(['worker', ...options], {
    cwd: cli.application.directory,
    env: { DATABASE_URL: cli.database.url },
  })
  await appears('begun')
  await worker.printed('Working')
  return { id, worker }
}

/** The log of a worker, each line parsed if it can be. */
function linesOf(worker: Worker): readonly { readonly level: string; readonly msg: string }[] {
  const lines = worker.stderr().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as { level: string; msg: string })
}

function messagesOf(worker: Worker): readonly string[] {
  return linesOf(worker).map(({ msg }) => msg)
}

describe('a worker process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('finishes its running job on %s, then exits with 0', async (signal) => {
    const { id, worker } = await uploadAndStartWorker()
    worker.child.kill(signal)
    await worker.printed('Finishing the running jobs.')
    expect((await command('show', id)).stdout).toMatch(new RegExp(`^asset ${id} validating\n`))
    await cli.application.write('go', '')
    expect(await worker.ended).toBe(0)
    expect(linesOf(worker).map(({ level }) => level)).toEqual(['info', 'info', 'info'])
    expect(messagesOf(worker)).toEqual([
      expect.stringMatching(/^Working, jobs at once: fetch 4, promote 5, /),
      expect.stringContaining('Finishing the running jobs.'),
      'Stopped.',
    ])
    expect(worker.stdout()).toBe('')
    expect((await command('show', id)).stdout).not.toContain('validating')
  })

  test('leaves its running job to others on a second signal', async () => {
    const { worker } = await uploadAndStartWorker()
    worker.child.kill('SIGTERM')
    await worker.printed('Finishing the running jobs.')
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(143)
  })
})

/** Families of gauges, and the mark of the end: the grammar of OpenMetrics 1.0, as far as it is used. */
const NAME = '[a-zA-Z_][a-zA-Z0-9_]*'
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\[\\\\n"])*"`
const SAMPLE = `${NAME}(?:\\{${LABEL}(?:,${LABEL})*\\})? -?[0-9.e+]+\\n`
const FAMILY = `# TYPE ${NAME} gauge\\n(?:# UNIT ${NAME} seconds\\n)?# HELP ${NAME} [^\\n]+\\n(?:${SAMPLE})+`
const OPEN_METRICS = new RegExp(`^(?:${FAMILY})+# EOF\\n$`)

/** A worker in a process of its own, or in this one. */
type Worker = Pick<RunningRindle, 'printed' | 'stderr'>

/** Starts a worker in this process; `stop` stops it as a signal does, the end of the test at the latest. */
function startHere(options: readonly string[]): Worker & { readonly stop: () => Promise<number> } {
  const stopping = new AbortController()
  const io = capturedIo({ ...cli.here(), signal: stopping.signal })
  const ended = run(['worker', ...options], io)
  const stop = (): Promise<number> => {
    stopping.abort()
    return ended
  }
  onTestFinished(async () => void (await stop()))
  return {
    stop,
    stderr: () => io.stderr.text,
    printed: async (wanted) => {
      const early = ended.then(() => Promise.reject(new Error(`It ended without "${wanted}": ${io.stderr.text}`)))
      early.catch(() => {})
      while (!io.stderr.text.includes(wanted)) await Promise.race([once(io.stderr, 'written'), early])
    },
  }
}

/** Asks a probe of a worker that has printed where it answers. */
async function probe(worker: Worker, path: string, init?: RequestInit): Promise<[status: number, body: unknown]> {
  await worker.printed('/readyz.')
  const url = /Health: (http:\/\/127\.0\.0\.1:\d+)\/healthz/.exec(worker.stderr())?.[1]
  const response = await fetch(`${url}${path}`, init)
  return [response.status, await response.json().catch(() => null)]
}

const READY = { status: 'ready', workers: 'working', database: 'knows of the heartbeat' }

describe('the probes of a worker process', () => {
  test('say that it is ready, and not while it finishes its running job', async () => {
    const { worker } = await uploadAndStartWorker('--health-port', '0')
    expect(await probe(worker, '/readyz')).toEqual([200, READY])
    expect(await probe(worker, '/healthz?verbose')).toEqual([
      200,
      { status: 'live', workers: 'working', silent_sec: expect.any(Number) },
    ])
    worker.child.kill('SIGTERM')
    await worker.printed('Finishing the running jobs.')
    expect(await probe(worker, '/readyz')).toEqual([503, { status: 'not_ready', workers: 'draining' }])
    expect(await probe(worker, '/healthz')).toMatchObject([200, { status: 'live', workers: 'draining' }])
    await cli.application.write('go', '')
    expect(await worker.ended).toBe(0)
  })

  test('say that it is not ready, but live, and give no metrics, while the database is away', async () => {
    const worker = startHere(['--health-port', '0'])
    await worker.printed('Working')
    expect(await probe(worker, '/readyz')).toEqual([200, READY])
    await setReachable(cli.database, false)
    expect(await probe(worker, '/readyz')).toEqual([503, { ...READY, status: 'not_ready', database: 'unreachable' }])
    expect(await probe(worker, '/healthz')).toMatchObject([200, { status: 'live' }])
    expect(await probe(worker, '/metrics')).toEqual([503, { status: 'unavailable', reason: expect.any(String) }])
    await setReachable(cli.database, true)
    expect(await probe(worker, '/readyz')).toEqual([200, READY])
    expect(await worker.stop()).toBe(0)
  })

  test('tell the numbers of the moment beside them, as OpenMetrics', async () => {
    const worker = startHere(['--queues', 'promote', '--health-port', '0'])
    await worker.printed('Working')
    const url = /Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)\./.exec(worker.stderr())?.[1] ?? ''
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    const text = await response.text()
    expect(text).toMatch(OPEN_METRICS)
    for (const line of [
      'rindle_queue_waiting{queue="rindle_promote"} 0',
      'rindle_queue_oldest_wait_seconds{queue="rindle_promote"} 0',
      'rindle_queue_running{queue="rindle_promote"} 0',
      'rindle_queue_dead{queue="rindle_promote"} 0',
      'rindle_queue_workers{queue="rindle_promote"} 1',
      'rindle_queue_workers{queue="rindle_media"} 0',
      'rindle_assets{state="quarantined"} 0',
      'rindle_status_findings{class="stuck_promotion",severity="error"} 0',
      'rindle_status_findings{class="maintenance_unscheduled",severity="warn"} 1',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    await setReachable(cli.database, false)
    // The numbers of some seconds ago are still given: no scrape can load the database.
    expect((await fetch(url)).status).toBe(200)
    await setReachable(cli.database, true)
    expect(await worker.stop()).toBe(0)
  })

  test('answer nothing but probes', async () => {
    const worker = startHere(['--health-port', '0'])
    expect(await probe(worker, '/')).toEqual([404, { status: 'not_found', paths: ['/healthz', '/readyz', '/metrics'] }])
    expect(await probe(worker, '/readyz', { method: 'POST' })).toEqual([405, { status: 'not_allowed' }])
    expect((await probe(worker, '/healthz', { method: 'HEAD' }))[0]).toBe(200)
    await worker.printed('Working')
    expect(await worker.stop()).toBe(0)
  })

  test('are refused at a port that is taken, before any work begins', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { exitCode, stderr } = await command('worker', '--health-port', String(port))
    expect(stderr).toBe(
      `rindle: Cannot listen at 127.0.0.1, port ${port} (EADDRINUSE). Choose another --health-port or --health-host.\n`,
    )
    expect(exitCode).toBe(2)
    server.close()
  })
})

test('a worker in JSON prints its queues once it has stopped', async () => {
  const argv = ['worker', '--queues', 'promote,rindle_process', '--concurrency', '3,process=1', '--format', 'json']
  const signal = AbortSignal.abort()
  const env = { DATABASE_URL: cli.database.url }
  const { exitCode, stdout, stderr } = await rindle(argv, { cwd: cli.application.directory, env, signal })
  expect(JSON.parse(stdout)).toEqual({
    concurrency: { rindle_promote: 3, rindle_process: 1 },
    refused: {},
  })
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
})

describe('on a machine without FFmpeg', () => {
  beforeEach(async () => {
    const text = configText({
      before: `import { avProcessor } from '@rindle/processor-av'\nimport { video } from '@rindle/processor-av/recipes'`,
    })
      .replace('[imageProcessor()]', `[imageProcessor(), avProcessor({ ffmpegPath: '/nowhere/ffmpeg' })]`)
      .replace(`['image/jpeg']`, `['image/jpeg', 'video/mp4']`)
      .replace('tiny:', 'web: video.mp4({ height: 720 }), tiny:')
    await cli.application.write('rindle.config.ts', text)
  })

  test('a worker works on the other queues, and its probe tells why not on that of video', async () => {
    const worker = startHere(['--health-port', '0'])
    await worker.printed('Working')
    expect(messagesOf(worker).slice(-2)).toEqual([
      expect.stringMatching(
        /^Not working on media, checking again every minute: The option `ffmpegPath` names \/nowhere\/ffmpeg /i,
      ),
      expect.stringMatching(
        /^Working, jobs at once: fetch 4, promote 5, process \d+, purge 2, maintenance 1, events 5\./,
      ),
    ])
    expect(await probe(worker, '/readyz')).toEqual([
      200,
      { ...READY, refused: { rindle_media: expect.stringContaining('/nowhere/ffmpeg') } },
    ])
    expect(await worker.stop()).toBe(0)
  })

  test('a worker with --queues media ends with the reason', async () => {
    const { exitCode, stderr } = await command('worker', '--queues', 'promote,media')
    expect(stderr).toMatch(/^rindle: This machine cannot work on a requested queue\. rindle_media: The option .*\n$/i)
    expect(exitCode).toBe(2)
    const json = await command('worker', '--queues', 'media', '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'setup_incomplete', details: { refused: { rindle_media: expect.any(String) } } },
    })
  })
})
