export { openTelemetry } from './open-telemetry.ts'
export type { OpenTelemetryOptions } from './options.ts'
