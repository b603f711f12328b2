export { heic } from './heic.ts'
