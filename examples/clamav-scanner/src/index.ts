export { type ClamavScannerOptions, clamavScanner } from './clamav-scanner.ts'
