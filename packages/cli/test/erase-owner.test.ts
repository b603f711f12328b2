import { beforeAll, describe, expect, test } from 'vitest'
import { useApplication } from './use-application.ts'

const cli = useApplication({ each: 'copied' })
const { command } = cli

beforeAll(async () => {
  for (const owner of ['user:1', 'user:2', 'team:a:b']) {
    await command('upload', 'photo', 'one.jpg', '--owner', owner, '--slot', 'cover')
  }
})

const summary = (owners: number, attachments: number, dryRun: boolean): string =>
  `  owners:                 ${owners}\n  attachments_to_detach:  ${attachments}\n` +
  `  assets_to_purge:        ${attachments}\n  retained_shared_assets: 0\n` +
  `  blocked:                0\n  errors:                 0\n` +
  `  dry_run:                ${dryRun}\nDone.\n`

describe('erase-owner', () => {
  test('counts, and changes nothing, without --live or --no-dry-run', async () => {
    for (const option of [[], ['--dry-run']]) {
      const { exitCode, stdout, stderr } = await command('erase-owner', 'user', '1', ...option)
      expect(stdout).toBe(`Rindle: erasure of an owner...\n${summary(1, 1, true)}`)
      expect(stderr).toBe('Dry run: nothing was changed. Add --live to do it.\n')
      expect(exitCode).toBe(0)
    }
    const live = await command('erase-owner', 'user', '1', '--live', '--format', 'json')
    expect(JSON.parse(live.stdout)).toMatchObject({ attachments_to_detach: 1, dry_run: false, shared_assets: [] })
    expect((await command('erase-owner', 'user', '1', '--no-dry-run')).stdout).toContain(summary(1, 0, false))
  })

  test('takes the owners of a file', async () => {
    await cli.application.write('gone.txt', 'user:1\n\nuser:2\nteam:a:b\n')
    const dry = await command('erase-owner', '--owners-file', 'gone.txt')
    expect(dry.stdout).toBe(`Rindle: erasure of owners...\n${summary(3, 3, true)}`)
    expect((await command('erase-owner', '--owners-file', 'gone.txt', '--live')).stdout).toContain(summary(3, 3, false))
    expect((await command('erase-owner', '--owners-file', 'gone.txt', '--live')).stdout).toContain(summary(3, 0, false))
  })

  test.each([
    [['erase-owner'], 'Name the type and id of one owner, or use --owners-file.'],
    [['erase-owner', 'user'], 'Name the type and id of one owner, or use --owners-file.'],
    [['erase-owner', 'user', '1', '--owners-file', 'a'], 'Name the type and id of one owner, or use --owners-file.'],
    [['erase-owner', '--owners-file', 'a'], 'Cannot read the owners file a.'],
    [['erase-owner', '--owners-file', 'bad.txt', '--live'], 'Line 2 of bad.txt is not an owner'],
    [['erase-owner', 'user', '1', '--live', '--dry-run'], 'Use --live or --dry-run, not both.'],
  ])('refuses %j in one line', async (argv, message) => {
    await cli.application.write('bad.txt', 'user:1\nuser\n')
    const { exitCode, stderr } = await command(...argv)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})
