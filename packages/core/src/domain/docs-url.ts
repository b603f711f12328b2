/**
 * The address of the documentation, without a slash at its end: in a checkout the one that `pnpm docs:dev` serves. A
 * release writes the address of its own site here, before it builds.
 */
export const DOCS_URL: string = 'http://localhost:5173'
