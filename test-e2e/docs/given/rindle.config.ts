export { rindle, rindle as default } from './rindle.ts'
