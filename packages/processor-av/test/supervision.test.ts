import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from '@rindle/core'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { runProgram } from '../src/run-program.ts'
import { clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { processesWith } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, make, VIDEO } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const LIMITS = { maxMemoryBytes: 4 * 1024 ** 3, maxFileBytes: 1024 ** 2, timeoutMs: 10_000 }

let long: SourceFile
beforeAll(async () => {
  const part = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 1), H264)
  long = await clip('video/mp4', 'mp4', ['-stream_loop', '19', '-i', part.path, '-c', 'copy'])
})
afterEach(() => vi.unstubAllEnvs())

/** Runs a line of shell as the program, and returns its output. */
async function shell(line: string, options: Partial<Parameters<typeof runProgram>[1]> = {}): Promise<string> {
  let output = ''
  await runProgram(
    { program: '/bin/sh', arguments: ['-c', line] },
    {
      limits: LIMITS,
      directory: await temporaryDirectory(),
      onOutput: (chunk) => {
        output += chunk.toString()
        return true
      },
      ...options,
    },
  )
  return output.trim()
}

type Ending = readonly [what: string, end: (worker: ChildProcess) => void]
const KILLED: Ending = ['is killed', (worker) => worker.kill('SIGKILL')]
const EXITING: Ending = ['ends without waiting', (worker) => worker.send('end')]

describe.each(LANES)('the $lane FFmpeg', ({ lane, programs }) => {
  it.each(lane === 'installer' ? [KILLED, EXITING] : [KILLED])(
    'does not outlive a worker that %s',
    async (_what, end) => {
      const directory = await temporaryDirectory()
      const program = fileURLToPath(new URL('encoding-program.ts', import.meta.url))
      const worker = fork(program, [programs.ffmpegPath, programs.ffprobePath, long.path, directory])
      const exited = once(worker, 'exit')
      const [message] = await Promise.race([once(worker, 'message'), exited])
      expect(message).toBe('encoding')
      expect((await processesWith(directory)).length).toBeGreaterThanOrEqual(3)
      end(worker)
      await exited
      await vi.waitFor(async () => expect(await processesWith(directory)).toEqual([]), { timeout: 10_000 })
    },
  )

  it('that needs more memory than its limit fails with an error that says so', async () => {
    const large = await clip('video/mp4', 'mp4', DRAWN.test('3840x2160', 0.2), H264)
    const processor = avProcessor({ ...programs, maxMemoryBytes: 256 * 1024 ** 2 })
    expect(await failure(processor, large, VIDEO)).toMatchObject({ message: expect.stringContaining('memory') })
  })
})

describe('a program', () => {
  it('whose supervisor is killed is killed with it', async () => {
    const mark = `orphan-${crypto.randomUUID()}`
    const running = shell(`echo begun; sleep 60; : ${mark}`)
    const [supervisor = 0] = await vi.waitFor(
      async () => {
        const found = await processesWith(mark)
        expect(found.length).toBeGreaterThanOrEqual(2)
        return found
      },
      { timeout: 10_000 },
    )
    process.kill(supervisor, 'SIGKILL')
    await running
    expect(await processesWith(mark)).toEqual([])
  })

  it('that leaves a child behind ends together with it', async () => {
    const mark = `left-${crypto.randomUUID()}`
    expect(await shell(`sh -c 'sleep 60; : ${mark}' & echo done`)).toBe('done')
    expect(await processesWith(mark)).toEqual([])
  })

  it('is held to its limits by the system', async () => {
    expect(await shell('ulimit -v; ulimit -f')).toBe(`${4 * 1024 ** 2}\n${(1024 * 1024) / 512}`)
  })

  it('gets no input, and nothing of the environment except where programs are', async () => {
    vi.stubEnv('FFREPORT', 'file=report.log')
    vi.stubEnv('https_proxy', 'http://127.0.0.1:9')
    vi.stubEnv('RINDLE_SECRET', 'secret')
    const variables = (await shell('env; cat')).split('\n').map((line) => line.split('=')[0])
    const known = ['PATH', 'PWD', 'TMPDIR', 'LC_ALL', 'AV_LOG_FORCE_NOCOLOR', 'GCONV_PATH', '_', 'OLDPWD', 'SHLVL']
    expect(variables.filter((name) => !known.includes(name ?? ''))).toEqual([])
  })

  it('returns its exit code or the signal that ended it, and its last messages', async () => {
    const run = async (line: string) =>
      runProgram(
        { program: '/bin/sh', arguments: ['-c', line] },
        { limits: LIMITS, directory: await temporaryDirectory(), onOutput: () => true },
      )
    expect(await run('echo told >&2; exit 3')).toEqual({ exitCode: 3, signal: null, messages: 'told\n' })
    expect(await run('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 'SIGSEGV' })
    expect(await run('exit 255')).toMatchObject({ exitCode: 255, signal: null })
    const { messages } = await run('i=0; while [ $i -lt 9000 ]; do echo "line $i" >&2; i=$((i+1)); done')
    expect(messages.length).toBeLessThanOrEqual(16_384)
    expect(messages).toMatch(/line 8999\n$/)
  })

  it('is stopped by an error of its output callback', async () => {
    const refusing = shell('yes', {
      onOutput: () => {
        throw new Error('no more')
      },
    })
    await expect(refusing).rejects.toThrow('no more')
  })
})

describe('a source', () => {
  it('may have any name', async () => {
    const { path } = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    const directory = await temporaryDirectory()
    for (const name of ['-i', 'a b.mp4', "it's $(touch pwned) `touch pwned`.mp4", 'http:%03d.mp4', 'ä\n"]:.mp4']) {
      const odd = join(directory, name)
      await rename(path, odd)
      const source = { path: odd, contentType: 'video/mp4', byteSize: 1 }
      expect(await make(avProcessor(INSTALLER.programs), source, VIDEO)).toMatchObject({ width: 320 })
      await rename(odd, path)
    }
    expect(await readdir(directory)).toEqual([])
  })
})
