export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './create-test-database.ts'
export { type FillOptions, fillAssets } from './fill-assets.ts'
