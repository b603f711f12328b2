/** The text of the application's `.env`. `database` is as in the choices. Pure. */
export function envFile(database: string | null, signingKey: string): string {
  return `# The application and the \`rindle\` command read this file. Keep it out of version control.
RINDLE_SIGNING_KEY=${signingKey}
${databaseLines(database)}
`
}

function databaseLines(database: string | null): string {
  const example = 'postgres://user:password@localhost:5432/database'
  if (database === null)
    return `# Without this line, the database is a PostgreSQL in .rindle.\n# DATABASE_URL=${example}`
  if (database === '') return `# As in ${example}\nDATABASE_URL=`
  // Next.js replaces what follows a "$"; "#" begins a comment unless it is quoted.
  return `DATABASE_URL="${new URL(database).href.replaceAll('$', '%24')}"`
}
