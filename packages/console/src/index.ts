export type { ConsoleOptions, VerbQuestion } from './options.ts'
export { type RindleConsole, rindleConsole } from './rindle-console.ts'
