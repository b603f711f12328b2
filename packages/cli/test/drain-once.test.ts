import { expect, test } from 'vitest'
import { useApplication } from './use-application.ts'

const cli = useApplication({ each: 'anew' })
const { command } = cli

test('worker --once does the work that is due, and ends', async () => {
  const { stdout: uploaded } = await command('upload', 'photo', 'one.jpg')
  const id = /asset (\S+)/.exec(uploaded)?.[1] ?? ''
  const { stdout, stderr, exitCode } = await command('worker', '--once', '--max-seconds', '60')
  expect(stdout).toMatch(/^ {2}done: {4}\d+\n {2}failed: {2}0\n {2}waiting: 0\nNo job is due\.\n$/)
  expect(stderr).toMatch(/^Not working on media: Video and sound take longer/m)
  expect(exitCode).toBe(0)
  expect((await command('show', id)).stdout).toContain('ready')
  const json = await command('worker', '--once', '--format', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({ done: {}, waiting: {}, ended_by: 'idle', interrupted: false })
})

test.each([
  [['--max-seconds', '5'], '--max-seconds works only with --once.'],
  [['--once', '--max-seconds', '1'], 'maxSeconds must be a number of seconds from 2 to 86400.'],
  [['--once', '--health-port', '8081'], '--health-port does not work with --once, because that worker exits.'],
])('worker %j is refused', async (options, message) => {
  const { stderr, exitCode } = await command('worker', ...options)
  expect(stderr).toContain(message)
  expect(exitCode).toBe(2)
})
