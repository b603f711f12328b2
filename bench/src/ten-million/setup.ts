import type { ConsoleRound } from '../console/setup.ts'

/** Setup of the application over one of the databases. A type, because it crosses to another process as JSON. */
export type TenMillionSetup = { readonly databaseUrl: string; readonly directory: string; readonly assets: number }

/** The questions beside the pages of the console; what each of them measures is in `rindle.ts`. */
export const QUESTIONS = ['url', 'attachmentsFor', 'claim', 'status', 'verifyStorage'] as const

/** One of {@link QUESTIONS}. */
export type Question = (typeof QUESTIONS)[number]

/** One round: a question, so many times, or a page of the console. */
export type TenMillionRound = { readonly question: Question; readonly count: number } | ConsoleRound
