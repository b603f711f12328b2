import type { Choices } from './choices.ts'

/** The folders of `templates/` whose files make up the application; no file is in two of them. Pure. */
export function templateFolders({ framework, media, database }: Choices): readonly string[] {
  return [
    'all',
    database === null ? 'database-embedded' : 'database-own',
    `media-${media}`,
    framework,
    `${framework}-${media}`,
  ]
}
