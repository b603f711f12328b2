export { type CommandLine, parseCommandLine } from './command-line.ts'
export { type Io, run } from './run.ts'
