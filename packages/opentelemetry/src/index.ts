export { openTelemetry } from './create-open-telemetry.ts'
export type { OpenTelemetryOptions } from './options.ts'
