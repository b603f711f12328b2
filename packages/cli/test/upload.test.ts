import { describe, expect, test, vi } from 'vitest'
import { run } from '../src/index.ts'
import { jpeg } from './application.ts'
import { CapturedTerminal, capturedIo, type Finished, rindle } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}'

const cli = useApplication({ each: 'anew' })
const { whileWorking } = cli

function here(signal?: AbortSignal): ReturnType<typeof cli.here> & { readonly signal?: AbortSignal } {
  return signal === undefined ? cli.here() : { ...cli.here(), signal }
}

function upload(...argv: readonly string[]): Promise<Finished> {
  return rindle(['upload', ...argv], here())
}

describe('upload', () => {
  test('prints a line for each file, continues after a rejected one, and ends with an error', async () => {
    await cli.application.write('not-a-picture.jpg', 'plain text')
    const { exitCode, stdout, stderr } = await upload('photo', 'not-a-picture.jpg', 'gone.jpg', 'one.jpg')
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^rejected unknown_type not-a-picture\.jpg: The file has no known type\. /),
      expect.stringMatching(/^error invalid_input gone\.jpg: Cannot read "gone\.jpg": there is no such file\.$/),
      expect.stringMatching(new RegExp(`^asset ${ID} validating one\\.jpg$`)),
      '  uploaded: 1',
      '  rejected: 1',
      '  errors:   1',
      'Done.',
      '',
    ])
    expect(stderr).toBe('')
    expect(exitCode).toBe(1)
  })

  test('has a URL fetched, unless it leads into a private network', async () => {
    const { exitCode, stdout } = await upload('photo', 'https://a.test/me.jpg', 'https://127.0.0.1/me.jpg')
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(new RegExp(`^asset ${ID} staged https://a\\.test/me\\.jpg$`)),
      'rejected address_refused https://127.0.0.1/me.jpg: 127.0.0.1 is not a public address.',
    ])
    expect(exitCode).toBe(1)
  })

  test('waits for the workers and prints URLs of the original and of every variant', async () => {
    const { exitCode, stdout } = await whileWorking(() => upload('photo', 'one.jpg', '--wait'))
    expect(stdout).toMatch(new RegExp(`^asset ${ID} ready one\\.jpg\n`))
    const urls = stdout.split('\n').filter((line) => line.includes('http'))
    expect(urls).toEqual([
      expect.stringMatching(/^ {2}original {2}http:\/\/127\.0\.0\.1:9\/media\/files\/\S+$/),
      expect.stringMatching(/^ {2}small {5}http:\/\/127\.0\.0\.1:9\/media\/files\/\S+$/),
      expect.stringMatching(/^ {2}tiny {6}http:\/\/127\.0\.0\.1:9\/media\/files\/\S+$/),
    ])
    expect(stdout).toMatch(/ {2}ready: {5}1\n {2}not_ready: 0\nDone\.\n$/)
    expect(exitCode).toBe(0)
  })

  test('says why a file is quarantined', async () => {
    await cli.application.write('cut.jpg', (await jpeg()).subarray(0, 30))
    const { exitCode, stdout } = await whileWorking(() => upload('photo', 'cut.jpg', '--wait'))
    expect(stdout).toMatch(
      new RegExp(`^asset ${ID} quarantined cut\\.jpg\n {2}corrupt_media: Could not read the image/jpeg`),
    )
    expect(exitCode).toBe(1)
  })

  test('gives up waiting when no worker comes', async () => {
    const { exitCode, stdout } = await upload('photo', 'one.jpg', '--wait', '--timeout-sec', '0.2')
    expect(stdout).toContain('Still in progress. Is a worker running?')
    expect(stdout).toContain('  not_ready: 1')
    expect(exitCode).toBe(1)
  })

  test('prints one document in JSON', async () => {
    await cli.application.write('not-a-picture.jpg', 'plain text')
    const { exitCode, stdout } = await whileWorking(() =>
      upload('photo', 'one.jpg', 'not-a-picture.jpg', '--wait', '--format', 'json'),
    )
    expect(JSON.parse(stdout)).toEqual({
      uploaded: 1,
      rejected: 1,
      errors: 0,
      ready: 1,
      not_ready: 0,
      interrupted: false,
      files: [
        {
          file: 'one.jpg',
          outcome: 'uploaded',
          asset_id: expect.stringMatching(ID),
          state: 'ready',
          reason: null,
          urls: { original: expect.any(String), small: expect.any(String), tiny: expect.any(String) },
        },
        { file: 'not-a-picture.jpg', outcome: 'rejected', reason: 'unknown_type', message: expect.any(String) },
      ],
    })
    expect(exitCode).toBe(1)
  })

  test('attaches the file to its owner, and refuses a slot that the profile does not have', async () => {
    const uploaded = await upload('photo', 'one.jpg', '--owner', 'post:a:1', '--slot', 'cover')
    expect(uploaded.exitCode).toBe(0)
    const id = new RegExp(ID).exec(uploaded.stdout)?.[0] ?? ''
    const shown = await rindle(['show', id], here())
    expect(shown.stdout).toMatch(/attachments \(1\)\n.*\n {2}post:a:1 {2}cover {2}0 /)

    const refused = await upload('photo', 'one.jpg', '--owner', 'post:1', '--slot', 'cver')
    expect(refused.stderr).toMatch(/^rindle: .*cver.*\n$/)
    expect(refused.exitCode).toBe(2)
  })

  test('suggests the profile that was meant', async () => {
    const { exitCode, stderr } = await upload('foto', 'one.jpg')
    expect(stderr).toBe('rindle: There is no profile "foto". Did you mean "photo"?\n')
    expect(exitCode).toBe(2)
  })

  test('stops between two files when it is interrupted, and prints its summary', async () => {
    const interrupt = new AbortController()
    const io = capturedIo(here(interrupt.signal))
    io.stdout.once('written', () => interrupt.abort())
    expect(await run(['upload', 'photo', 'one.jpg', 'one.jpg', 'one.jpg'], io)).toBe(130)
    expect(io.stdout.text).toMatch(
      new RegExp(`^asset ${ID} validating one\\.jpg\n {2}uploaded: 1\n[^]*Interrupted\\.\n$`),
    )
  })

  test('ends waiting when it is interrupted, and prints what it knows', async () => {
    const interrupt = new AbortController()
    const io = { ...capturedIo(here(interrupt.signal)), stderr: new CapturedTerminal() }
    // The progress display shows that the waiting has begun.
    io.stderr.once('written', () => interrupt.abort())
    expect(await run(['upload', 'photo', 'one.jpg', '--wait'], io)).toBe(130)
    expect(io.stdout.text).toMatch(new RegExp(`^asset ${ID} validating one\\.jpg\n[^]*Interrupted\\.\n$`))
  })

  test('shows progress on a terminal only, and only on stderr', async () => {
    const io = { ...capturedIo(here()), stderr: new CapturedTerminal() }
    const waiting = run(['upload', 'photo', 'one.jpg', '--wait'], io)
    // No worker ends the work before it is shown.
    await vi.waitFor(() => expect(io.stderr.text).toMatch(/one\.jpg {2}.*validating/), { timeout: 30_000 })
    expect(await whileWorking(() => waiting)).toBe(0)
    expect(io.stdout.text).not.toContain('\u001B')
    const { stderr } = await whileWorking(() => upload('photo', 'one.jpg', '--wait'))
    expect(stderr).toBe('')
  })
})
