export { generate } from './generate.ts'
export { isOptions } from './option-page.ts'
export { type Export, readExports } from './read-exports.ts'
export { type PublishedPackage, publishedPackages } from './repository.ts'
