import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase } from '@rindle/test-database'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'

const example = path.join(import.meta.dirname, 'example.ts')

test('the code of the README is the example that runs here', async () => {
  const readme = await readFile(path.resolve(import.meta.dirname, '../../README.md'), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${await readFile(example, 'utf8')}\`\`\``)
})

test('the example takes a picture and gives a URL that shows its variant', async () => {
  await using database = await createTestDatabase()
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-readme-'))
  // The example keeps its media beside itself; this file runs in a process of its own.
  const home = process.cwd()
  process.chdir(directory)
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('RINDLE_SIGNING_KEY', 'a secret of the README that is long enough')
  const { avatarUrl, rindle, setAvatar } = await import('./example.ts')
  try {
    await rindle.start()
    await rindle.work()
    expect(await avatarUrl(7)).toBeNull()
    await setAvatar(7, new File([await picture()], 'me.png', { type: 'image/png' }))
    const url = await vi.waitFor(
      () => readyThumb(rindle.attachmentFor({ type: 'member', id: 7 }, 'avatar'), avatarUrl),
      {
        timeout: 20_000,
      },
    )
    const answer = await rindle.serveFile(new Request(url))
    const { format, width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
    expect({ format, width, height }).toEqual({ format: 'webp', width: 160, height: 160 })
  } finally {
    await rindle.stop()
    vi.unstubAllEnvs()
    process.chdir(home)
    await rm(directory, { recursive: true, force: true })
  }
})

function picture(): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 480, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
}

async function readyThumb(
  attachment: Promise<{ asset: { state: string } } | null>,
  avatarUrl: (memberId: number) => Promise<string | null>,
): Promise<string> {
  const state = (await attachment)?.asset.state
  const url = await avatarUrl(7)
  if (state !== 'ready' || url === null) throw new Error(`The avatar is ${state ?? 'absent'}.`)
  return url
}
