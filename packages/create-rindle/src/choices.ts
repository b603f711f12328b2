/** The web frameworks that there are templates for. */
export const FRAMEWORKS = ['hono', 'next'] as const
/** What the application takes. */
export const MEDIA = ['images', 'video'] as const
/** The programs that can install the packages. */
export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const

/** The package manager that installs and runs the application. */
export type PackageManager = (typeof PACKAGE_MANAGERS)[number]

/** Everything that decides what is written. */
export interface Choices {
  readonly framework: (typeof FRAMEWORKS)[number]
  /** `video` includes images. */
  readonly media: (typeof MEDIA)[number]
  /** A PostgreSQL URL; `null`: the PostgreSQL that comes from npm; `''`: a URL that the user will set. */
  readonly database: string | null
}

/** The choices without a question or a flag. */
export const DEFAULT_CHOICES: Choices = { framework: 'hono', media: 'images', database: null }
