export { type OpenApiOptions, openApi } from './open-api.ts'
