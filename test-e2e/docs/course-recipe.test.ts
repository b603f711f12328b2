import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Rindle } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import type { VideoData } from '@rindle/react'
import { createTestDatabase } from '@rindle/test-database'
import { createElement, type FunctionComponent } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { settled } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { byRunLength } from '../support/run-length.ts'
import { savePage } from './saved-page.ts'

const IS_RUN = byRunLength('the course of its page, with a small lesson', { sample: false, short: true, long: true })

interface Course {
  readonly school: Rindle
  readonly playerOf: (lessonId: number) => Promise<VideoData | null>
}

test.skipIf(!IS_RUN)('a lesson of the page about a course plays when its work is done, not before', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-course-'))
  await using database = await createTestDatabase()
  await using page = await savePage('docs/recipes/video-course.md', {
    database: database.url,
    storages: { main: storageIn(directory) },
    processors: [avProcessor()],
    jobs: pgBossJobs(),
  })
  vi.stubEnv('RINDLE_SIGNING_KEY', randomBytes(32).toString('base64url'))
  const { school, playerOf } = (await import(page.path('course.ts'))) as Course
  vi.unstubAllEnvs()
  const { Lesson } = (await import(page.path('lesson.tsx'))) as {
    readonly Lesson: FunctionComponent<{ readonly film: VideoData | null }>
  }
  const shown = async (): Promise<string> => renderToStaticMarkup(createElement(Lesson, { film: await playerOf(7) }))
  try {
    await school.start()
    expect(await shown()).toBe('<p>The video is on its way.</p>')
    const clip = await makeClip(directory, { size: '320x180', seconds: 1 })
    const owner = { type: 'lesson', id: 7 }
    const { id } = await school.upload('lesson', clip, { filename: 'lesson.mp4', owner, slot: 'video' })
    // It is in the slot, and nobody has looked into it.
    expect(await shown()).toBe('<p>The video is on its way.</p>')
    await school.work()
    expect((await settled(school, id, 50_000)).state).toBe('ready')
    expect((await playerOf(7))?.sources.map(({ type }) => type)).toEqual(['application/vnd.apple.mpegurl', 'video/mp4'])
    expect(await shown()).toMatch(/^<video .*poster="http.*type="video\/mp4".*strip\.vtt/)
  } finally {
    await school.stop()
    await rm(directory, { recursive: true, force: true })
  }
})
