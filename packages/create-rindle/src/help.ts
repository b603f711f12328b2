/** The text of `--help`: 80 columns at most. */
export const HELP = `Writes a running application with Rindle.

Usage: npm create rindle@latest [directory] -- [options]

On a terminal it asks what you leave out. Elsewhere, and with --yes, it takes
the defaults.

Options:
  -f, --framework <name>    hono or next                     [default: hono]
  -m, --media <what>        images, or video besides images  [default: images]
  -d, --database <which>    embedded: a PostgreSQL from npm, for development
                            own: you set DATABASE_URL in .env
                            or a PostgreSQL URL              [default: embedded]
      --package-manager <p> npm, pnpm, yarn or bun   [default: what runs this]
      --no-install          Do not install the packages
  -y, --yes                 Ask nothing
  -h, --help                Show this text
  -v, --version             Show the version

Examples:
  npm create rindle@latest
  npm create rindle@latest photos -- --framework next
  npm create rindle@latest course -- -f next -m video -d postgres://me@db/course
`
