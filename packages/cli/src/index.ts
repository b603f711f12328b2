export {
  type ArgumentDescription,
  type CommandDescription,
  checkCommandLine,
  describeCommands,
} from './describe-commands.ts'
export type { ExitCode } from './exit-code.ts'
export type { Io, Output } from './io.ts'
export { run } from './run.ts'
