import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useApplication } from './use-application.ts'

const OLD = new Date(Date.now() - 100 * 86_400_000)

const cli = useApplication()
const { command } = cli

let media: string

beforeAll(async () => {
  media = join(cli.application.directory, 'media')
})

beforeEach(async () => {
  await cli.client.executeSql('truncate rindle.media_assets, rindle.media_storages cascade')
  for (const directory of [media, `${media}-away`]) await rm(directory, { recursive: true, force: true })
  await command('upload', 'photo', 'one.jpg')
  await cli.client.executeSql(`update rindle.media_assets set state = 'ready', kind = 'image', width = 96, height = 64`)
})

async function original(): Promise<{ readonly id: string; readonly path: string }> {
  const { rows } = await cli.client.executeSql(
    `select id, storage_key from rindle.media_assets where byte_size > 1 limit 1`,
  )
  return { id: String(rows[0]?.['id']), path: join(media, String(rows[0]?.['storage_key'])) }
}

describe('verify-storage', () => {
  test('names lost and damaged originals, says what to do, and ends with 1', async () => {
    const { id, path } = await original()
    const bytes = await readFile(path)
    expect(await command('verify-storage', '--checksum')).toMatchObject({ exitCode: 0, stderr: '' })
    await writeFile(path, Buffer.from(bytes).fill(0))
    expect(await command('verify-storage', '--checksum')).toMatchObject({
      stdout: expect.stringContaining(`\ndata loss: the original of asset ${id} is damaged\n`),
      stderr: '',
      exitCode: 1,
    })
    await rm(path)
    const { stdout, exitCode } = await command('verify-storage', '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      originals_lost: 1,
      originals_damaged: 0,
      lost_originals: [id],
      stopped: [],
    })
    expect(exitCode).toBe(1)
    await writeFile(path, bytes)
    expect(await command('verify-storage')).toMatchObject({
      stderr: 'Originals that are whole again: 1.\n',
      exitCode: 0,
    })
  })

  test('stops where most is missing, until it is forced', async () => {
    await cli.client.executeSql(
      `insert into rindle.media_assets
         (id, profile, storage, storage_key, state, filename, kind, content_type, byte_size, checksum_sha256)
       select gen_random_uuid(), 'photo', 'main', 'photo/lost/' || n, 'ready', 'a.jpg', 'image', 'image/jpeg', 1,
         repeat('0', 64)
       from generate_series(1, 21) as n`,
    )
    const { stdout, exitCode } = await command('verify-storage')
    expect(stdout).toContain('\nStopped at storage "main": 21 of the 22 expected objects are missing')
    expect(stdout.endsWith('\nStopped.\n')).toBe(true)
    expect(exitCode).toBe(1)
    const json = JSON.parse((await command('verify-storage', '--format', 'json')).stdout) as object
    expect(json).toMatchObject({ originals_lost: 0, stopped: [{ storage: 'main', reason: 'mostly_missing' }] })
    const forced = JSON.parse((await command('verify-storage', '--force', '--format', 'json')).stdout) as object
    expect(forced).toMatchObject({ originals_lost: 21, stopped: [] })
  })
})

test('scan-orphans --live stops where most is unknown, until it is forced', async () => {
  const strays = join(media, 'photo', '019a3b1c-7d2e-7f00-8000-000000000001')
  await mkdir(strays)
  for (let index = 0; index < 25; index += 1) {
    const path = join(strays, `original-${index}.jpg`)
    await writeFile(path, 'stray')
    await utimes(path, OLD, OLD)
  }
  const stopped = await command('scan-orphans', '--live')
  expect(stopped.stdout).toMatch(
    /\nStopped at storage "main": 25 of its 25 old objects are unknown\..*use the option force\.\n/,
  )
  expect(stopped).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('deleted: 0') })
  expect(existsSync(join(strays, 'original-0.jpg'))).toBe(true)
  const forced = await command('scan-orphans', '--live', '--force')
  expect(forced).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('deleted: 25') })
  expect(existsSync(strays)).toBe(false)
})

describe('a storage whose disk is not mounted', () => {
  test('costs one line in commands that need it, does not hide the rest, and gets a new identity on request', async () => {
    await rename(media, `${media}-away`)
    await mkdir(media)
    const verified = await command('verify-storage')
    expect(verified.stderr).toMatch(/^rindle: Local storage: ".*media" was in use before.*init-storage`\.\n$/)
    expect(verified.exitCode).toBe(1)
    expect((await command('runtime-status')).stdout).toContain('assets')
    expect((await command('doctor')).stdout).toContain('[ERROR] storage.root (main)')

    expect(await command('init-storage', 'mian')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('main'),
    })
    const looked = {
      stdout: 'Storage "main" is new or different: it would be set up with a new identity.\n',
      stderr: 'Dry run: nothing was changed.\n',
      exitCode: 0,
    }
    expect(await command('init-storage', 'main', '--dry-run')).toMatchObject(looked)
    expect(await command('init-storage', 'main')).toMatchObject({
      stdout: 'Storage "main" is set up with a new identity.\n',
      stderr: 'Restart every process that uses it.\nLook for missing objects with `rindle verify-storage`.\n',
      exitCode: 0,
    })
    const again = await command('init-storage', 'main', '--format', 'json')
    expect(JSON.parse(again.stdout)).toEqual({
      storage: 'main',
      identity: expect.any(String),
      is_new: false,
      dry_run: false,
    })
    expect((await command('init-storage', 'main', '--dry-run')).stdout).toBe(
      'Storage "main" is set up, with the expected identity.\n',
    )
    expect(await command('verify-storage', '--storage', 'main')).toMatchObject({
      stdout: expect.stringContaining('is gone'),
      exitCode: 1,
    })
  })
})
