import type { Framework, Project } from './project.ts'

/** A file that `rindle init` writes. */
export interface PlannedFile {
  /** Relative to the project, with `/`. */
  readonly path: string
  readonly text: string
}

/** The files that answer browsers, and what is left to do in the application's own files. */
export interface MountPlan {
  readonly files: readonly PlannedFile[]
  /** Sentences; code to add stands at their end. */
  readonly steps: readonly string[]
}

/** An unset actor refuses uploads: a project must not take files from strangers before its author says so. */
const ACTOR = `  // Who may upload: your signed-in user. Until you change this line, uploads of browsers are refused with 401.
  actor: () => null as { readonly id: string } | null,`

/** Only the `rindle` command reads the file by itself. */
const LOADS_ENV = 'Let your server read .env: node --env-file=.env …'

/** How an application of a framework mounts `handler`. */
const MOUNTS: Readonly<Record<Exclude<Framework, 'next' | 'sveltekit'>, string>> = {
  hono: "app.all('/rindle/*', (context) => handler(context.req.raw))",
  express: 'app.use(toNodeHandler(handler)), before any body parser',
  fastify: 'app.register(toFastifyPlugin(handler))',
  nestjs: 'app.use(toNodeHandler(handler)) in main.ts, with NestFactory.create(AppModule, { bodyParser: false })',
  nuxt: 'fromWebHandler(handler) as the default export of server/routes/rindle/[...path].ts',
  tanstack: 'a server route /rindle/$ whose handlers return handler(request)',
}

/**
 * How this project mounts the handler of uploads and files at `/rindle`. Pure.
 *
 * @param config The name of the configuration file.
 */
export function mountPlan(project: Project, config: string): MountPlan {
  const { framework } = project
  if (framework === 'next') return nextPlan(project, config)
  if (framework === 'sveltekit') return sveltePlan(project, config)
  if (framework === undefined) return serverPlan(project, config)
  return handlerPlan(project, config, MOUNTS[framework])
}

function nextPlan(project: Project, config: string): MountPlan {
  const { sourceFolder } = project
  const language = project.isTypeScript ? 'ts' : 'js'
  const below = sourceFolder === '' ? '' : `${sourceFolder}/`
  const levels = sourceFolder === '' ? 0 : 1
  const route = `import { rindleRoutes } from '@rindle/http/next'
import rindle from '${configFrom(config, 3 + levels)}'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rindleRoutes(rindle, {
${actorOf(project)}
})
`
  const instrumentation = `/** Next calls this once when a server starts. The workers run in that server; \`rindle worker\` starts others. */
export async function register() {
  // Next compiles this file for its edge runtime as well, which has no database.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { registerRindle } = await import('@rindle/http/next')
    await registerRindle(() => import('${configFrom(config, levels)}'))()
  }
}
`
  return {
    files: [
      { path: `${below}app/rindle/[...path]/route.${language}`, text: route },
      { path: `${below}instrumentation.${language}`, text: instrumentation },
    ],
    steps: ["Export withRindle(nextConfig) from next.config: import { withRindle } from '@rindle/http/next-config'"],
  }
}

function sveltePlan(project: Project, config: string): MountPlan {
  const text = `import { createHandler } from '@rindle/http'
import rindle from '${configFrom(config, 4)}'

${handlerCode(project)}
const answer = ({ request }${project.isTypeScript ? ': { request: Request }' : ''}) => handler(request)

export { answer as DELETE, answer as GET, answer as HEAD, answer as OPTIONS, answer as PATCH, answer as POST, answer as PUT }
`
  const path = `src/routes/rindle/[...path]/+server.${project.isTypeScript ? 'ts' : 'js'}`
  return {
    files: [{ path, text }],
    steps: ['Call `await rindle.start()` in the `init` of src/hooks.server.', LOADS_ENV],
  }
}

/** A framework whose own file has to name the handler. */
function handlerPlan(project: Project, config: string, mount: string): MountPlan {
  const { path, specifier } = beside(project, config, 'rindle.handler')
  const text = `import { createHandler } from '@rindle/http'
import rindle from '${importOf(project, config)}'

export ${handlerCode(project)}`
  return {
    files: [{ path, text }],
    steps: [
      'Call `await rindle.start()` where your server starts, and `await rindle.work()` to make variants in it.',
      `Mount the handler of ${specifier}: ${mount}`,
      LOADS_ENV,
    ],
  }
}

/** No framework: a whole server. */
function serverPlan(project: Project, config: string): MountPlan {
  const { path } = beside(project, config, 'rindle.server')
  const text = `import { createServer } from 'node:http'
import { createHandler, toNodeHandler } from '@rindle/http'
import rindle from '${importOf(project, config)}'

${handlerCode(project)}
try {
  await rindle.start()
  await rindle.work() // makes the variants in this process
} catch (error) {
  console.error(error${project.isTypeScript ? ' instanceof Error ? error.message : error' : '.message'}) // says what to do
  process.exit(1)
}

// Rindle ends uploads that make no progress; Node must not end the others after five minutes.
createServer({ requestTimeout: 0, headersTimeout: 60_000 }, toNodeHandler(handler)).listen(3000, '127.0.0.1', () => {
  console.log('Rindle answers at http://localhost:3000/rindle')
})
`
  return { files: [{ path, text }], steps: [`Start the server: node --env-file=.env ${path}`] }
}

function handlerCode(project: Project): string {
  return `const handler = createHandler(rindle, {
  basePath: '/rindle',
${actorOf(project)}
})
`
}

function actorOf({ isTypeScript }: Project): string {
  return isTypeScript ? ACTOR : ACTOR.replace(/ as \{.*\} \| null/, '')
}

/** A file beside the configuration, in its language. */
function beside(project: Project, config: string, name: string): { readonly path: string; readonly specifier: string } {
  const path = `${name}${config.slice(config.lastIndexOf('.'))}`
  return { path, specifier: importOf(project, path) }
}

/** What Node or a compiler resolves. */
function importOf({ importsTs }: Project, file: string): string {
  return `./${importsTs ? file : file.replace(/ts$/, 'js')}`
}

/** What a bundler resolves, from a folder so many levels below. */
function configFrom(config: string, levels: number): string {
  return `${levels === 0 ? './' : '../'.repeat(levels)}${config.replace(/\.\w+$/, '')}`
}
