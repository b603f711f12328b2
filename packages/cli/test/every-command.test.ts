import { beforeAll, describe, expect, test } from 'vitest'
import { describeCommands } from '../src/index.ts'
import { jsonDocument } from '../src/json-document.ts'
import { configText } from './application.ts'
import { type Finished, rindle } from './captured-io.ts'
import { misspeltKeys } from './misspelt-keys.ts'
import { useApplication } from './use-application.ts'

const cli = useApplication({ config: { profile: 'on: { ready: () => {} },' } })

let assetId: string

beforeAll(async () => {
  await cli.application.write('empty.jpg', '')
  await cli.application.write('film.vtt', 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n')
  await cli.application.write('owners.txt', 'member:7\n')
  const sent = await documentOf('upload', 'photo', 'one.jpg', '--owner', 'member:7', '--slot', 'cover')
  assetId = (sent as { files: { asset_id: string }[] }).files[0]?.asset_id ?? ''
})

/** Gives the asset what its file says of itself, as an analyzer would have. */
async function analyze(): Promise<void> {
  await cli.client.executeSql(`update rindle.media_assets set metadata = '{"camera": {"lensModel": "EF 50mm"}}'`)
}

function run(argv: readonly string[]): Promise<Finished> {
  // A worker works, and a console answers, until it is told to stop.
  const stopped = argv[0] === 'worker' || argv[0] === 'console' ? { signal: AbortSignal.abort() } : {}
  return rindle(argv, { ...cli.here(), ...stopped })
}

async function documentOf(...argv: readonly string[]): Promise<unknown> {
  const { stdout } = await run([...argv, '--format', 'json'])
  return JSON.parse(stdout)
}

// `demo` has a test of its own, which looks at its names too.
const COMMAND_LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  init: [['init']],
  migrate: [['migrate'], ['migrate', '--status']],
  worker: [['worker']],
  upload: [['upload', 'photo', 'one.jpg', 'empty.jpg', 'absent.jpg']],
  import: [['import', 'folder', 'media', '--profile', 'photo']],
  show: [['show', 'ASSET']],
  console: [['console']],
  doctor: [['doctor', '--offline']],
  'runtime-status': [['runtime-status']],
  check: [['check']],
  list: [['list'], ['list', 'variants'], ['list', '--state', 'ready']],
  'add-track': [['add-track', 'ASSET', 'film.vtt', '--lang', 'en']],
  'remove-track': [['remove-track', 'ASSET', '01900000-0000-7000-8000-000000000000']],
  reprobe: [['reprobe', 'ASSET']],
  requeue: [
    ['requeue', 'ASSET'],
    ['requeue', '--all'],
  ],
  'regenerate-variants': [['regenerate-variants', '--dry-run']],
  'recover-lost-work': [['recover-lost-work', '--dry-run']],
  'verify-storage': [['verify-storage']],
  export: [['export', 'member', '7', '--directory', 'exported']],
  storages: [['storages']],
  'move-storage': [['move-storage', '--to', 'main']],
  'abort-incomplete-uploads': [['abort-incomplete-uploads']],
  'cleanup-orphans': [['cleanup-orphans']],
  'init-storage': [['init-storage', 'main']],
  'scan-orphans': [['scan-orphans']],
  'sweep-orphaned-temp-files': [['sweep-orphaned-temp-files']],
  'backfill-metadata': [['backfill-metadata']],
  'purge-unattached': [['purge-unattached']],
  'evict-variants': [['evict-variants', '--dry-run']],
  quotas: [['quotas']],
  'prune-runs': [['prune-runs']],
  'prune-events': [['prune-events']],
  deliveries: [['deliveries'], ['deliveries', 'profile:photo']],
  redeliver: [['redeliver', '--target', 'profile:photo', '--dry-run']],
  'pause-deliveries': [['pause-deliveries', 'profile:photo']],
  'resume-deliveries': [['resume-deliveries', 'profile:photo']],
  'forget-target': [['forget-target', 'profile:photo']],
  cancel: [['cancel', 'ASSET', '--dry-run']],
  purge: [['purge', 'ASSET']],
  trash: [['trash', 'ASSET', '--dry-run']],
  restore: [['restore', 'ASSET']],
  'purge-trashed': [['purge-trashed', '--dry-run']],
  hold: [['hold', 'ASSET', '--reason', 'case 7']],
  unhold: [['unhold', 'ASSET']],
  release: [
    ['release', 'ASSET', '--dry-run'],
    ['release', 'ASSET'],
  ],
  schedule: [['schedule'], ['schedule', '--list']],
  'erase-owner': [
    ['erase-owner', 'member', '7'],
    ['erase-owner', '--owners-file', 'owners.txt'],
  ],
}

/** A command line of the list, with the asset that there is. */
function withAsset(line: readonly string[]): readonly string[] {
  return line.map((word) => (word === 'ASSET' ? assetId : word))
}

test.each(Object.entries(COMMAND_LINES))('one thing is never called many in the text of %s', async (_name, lines) => {
  for (const line of lines) {
    const { stdout, stderr } = await run(withAsset(line))
    expect(`${stdout}${stderr}`.match(/(?<![\d.,:-])\b1 (?!(?:ms|runs)\b)[a-z]+s\b/gi)).toBeNull()
  }
})

describe('the names in the JSON of a command', () => {
  test('are looked at for every command that there is', () => {
    const names = describeCommands().commands.map(({ name }) => name)
    expect(names.filter((name) => name !== 'demo').toSorted()).toEqual(Object.keys(COMMAND_LINES).toSorted())
  })

  test.each(Object.entries(COMMAND_LINES))('are snake_case: %s', async (_name, commandLines) => {
    for (const line of commandLines) {
      const document = await documentOf(...withAsset(line))
      expect(Object.keys(document as object).length).toBeGreaterThan(0)
      expect(misspeltKeys(document)).toEqual([])
    }
  })

  test('are snake_case in errors, with what they tell programs', async () => {
    await cli.application.write('wrong.config.ts', configText({ profile: 'maxByte: 1,' }))
    const { error } = (await documentOf('check', '--config', 'wrong.config.ts')) as { error: object }
    expect(error).toMatchObject({ code: 'config_invalid', details: { problems: expect.any(Array) } })
    expect(misspeltKeys(error)).toEqual([])
  })

  test('stay as they are in what a file or an application says of itself', async () => {
    await analyze()
    expect(await documentOf('show', assetId)).toMatchObject({
      asset: { metadata: { camera: { lensModel: 'EF 50mm' } }, storage_key: expect.any(String) },
    })
    const mixed = { byteSize: 5n, recipe: { someOption: 1 }, at: new Date(0), each: [{ isAtLeast: true }] }
    expect(jsonDocument(mixed)).toEqual({
      byte_size: 5,
      recipe: { someOption: 1 },
      at: '1970-01-01T00:00:00.000Z',
      each: [{ is_at_least: true }],
    })
  })
})
