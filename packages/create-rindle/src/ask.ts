import type { Readable, Writable } from 'node:stream'
import { cancel, isCancel, select, text } from '@clack/prompts'
import type { Choices } from './choices.ts'
import { type CommandLine, databaseOf } from './command-line.ts'
import { UsageError } from './usage-error.ts'

class Cancelled extends Error {}

/** Where a person reads and answers. */
export interface Terminal {
  /** @default stdin of the process */
  readonly input?: Readable
  /** @default stdout of the process */
  readonly output?: Writable
}

/** Asks what the command line leaves out: three questions at most. `null` if the user cancels. */
export async function ask(given: CommandLine, terminal: Terminal = {}): Promise<Choices | null> {
  try {
    const framework =
      given.framework ?? (await answerTo(select({ message: 'Which framework?', options: FRAMEWORKS, ...terminal })))
    const media =
      given.media ?? (await answerTo(select({ message: 'What does it take?', options: MEDIA, ...terminal })))
    const database = given.database === undefined ? await askForDatabase(terminal) : given.database
    return { framework, media, database }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    cancel('Nothing was written.', terminal)
    return null
  }
}

const FRAMEWORKS = [
  { value: 'hono', label: 'Hono', hint: 'a small server and one HTML page' },
  { value: 'next', label: 'Next.js', hint: 'App Router, React' },
] satisfies { value: Choices['framework']; label: string; hint: string }[]

const MEDIA = [
  { value: 'images', label: 'Images', hint: 'sharp' },
  { value: 'video', label: 'Images and video', hint: 'sharp and FFmpeg' },
] satisfies { value: Choices['media']; label: string; hint: string }[]

async function askForDatabase(terminal: Terminal): Promise<string | null> {
  const which = await answerTo(
    select({
      message: 'Which database?',
      options: [
        { value: 'embedded', label: 'A PostgreSQL from npm', hint: 'for development; nothing to set up' },
        { value: 'own', label: 'My own PostgreSQL', hint: '14 or newer' },
      ],
      ...terminal,
    }),
  )
  if (which === 'embedded') return null
  const message = 'Its URL? Leave it empty to set DATABASE_URL in .env later.'
  const placeholder = 'postgres://user:password@localhost:5432/app'
  return answerTo(text({ message, placeholder, validate, ...terminal }))
}

/** Says why a URL is none; nothing if it is one, or empty. */
function validate(url: string | undefined): string | undefined {
  try {
    if (url) databaseOf(url)
    return undefined
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return 'This is no PostgreSQL URL, such as postgres://user:password@localhost:5432/app'
  }
}

async function answerTo<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await question
  if (isCancel(answer)) throw new Cancelled()
  return answer as Exclude<T, symbol>
}
