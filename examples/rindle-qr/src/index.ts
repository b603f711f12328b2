export { qrProcessor } from './qr-processor.ts'
