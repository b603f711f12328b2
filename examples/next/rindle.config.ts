// What `rindle worker` and every other command of `rindle` load.
export { rindle as default } from './media/rindle.ts'
