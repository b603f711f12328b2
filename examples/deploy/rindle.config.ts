// `rindle worker` and every other command of `rindle` load this file.
export { rindle as default } from './src/rindle.ts'
