import { randomBytes } from 'node:crypto'
import { access, appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RindleError } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { readEnvFiles } from '../env-files.ts'
import {
  type ConfigChoice,
  configTemplate,
  environmentFor,
  LANES,
  packagesFor,
  STORAGES,
} from '../init/config-template.ts'
import { type EnvAddition, envAddition, isIgnored } from '../init/env-addition.ts'
import { installPackages } from '../init/install-packages.ts'
import { type MountPlan, mountPlan, type PlannedFile } from '../init/mount-plan.ts'
import { installCommand, type Project, readProject, rindleCommand } from '../init/project.ts'
import type { Io } from '../io.ts'
import { existingConfig } from '../load-config.ts'

/** `rindle init`: writes a first configuration, and the route or server that answers browsers. */
export const init: Command = defineCommand({
  usage: 'init',
  describe: 'Add Rindle to the project of this directory',
  examples: [
    ['init', 'Files on this disk, image variants'],
    ['init --storage s3 --lane av --install', 'A bucket, and video besides images; installs the packages'],
  ],
  positionals: {},
  options: {
    storage: { choices: STORAGES, default: 'local', describe: 'Where files are kept' },
    lane: { choices: LANES, default: 'image', describe: 'Image variants only, or video and audio too' },
    install: {
      type: 'boolean',
      default: false,
      describe: 'Install the packages with the package manager of the project',
    },
  },
  run: async (args, { io, report }) => {
    const choice: ConfigChoice = { storage: args.storage, lane: args.lane }
    const project = await readProject(io.cwd, io.env['npm_config_user_agent'])
    await assertFirst(io.cwd)
    const file = configName(project)
    const mount = mountPlan(project, file)
    // First, because the rest cannot be undone if this is refused.
    const env = await addToEnv(io, envFileOf(project), environmentFor(choice))
    // The flag decides a race with another process that writes the same file.
    await writeFile(join(io.cwd, file), configTemplate(choice), { flag: 'wx' })
    const written = [file, ...(await writeMissing(io.cwd, mount.files))]
    const kept = mount.files.filter(({ path }) => !written.includes(path))
    const packages = packagesFor(choice).filter((name) => !project.dependencies.has(name))
    for (const path of written) report.line(`Wrote ${path}`)
    for (const { path, text } of kept)
      report.line(`Kept ${path}, which was there already. It needs:\n\n${indented(text)}`)
    if (env.set.length > 0) report.line(`Set ${env.set.join(', ')} in ${envFileOf(project)}`)
    const problem = args.install && packages.length > 0 ? await installPackages(io, project, packages) : undefined
    const isInstalled = args.install && problem === undefined
    if (problem !== undefined) report.note(problem)
    const steps = nextSteps(project, mount, isInstalled ? [] : packages, await envSteps(io.cwd, project, env))
    report.line('Next:')
    for (const [index, step] of steps.entries()) report.line(`  ${index + 1}. ${step}`)
    const environment = [...environmentFor(choice)]
    return {
      exitCode: problem === undefined ? 0 : 1,
      document: { file, files: written, packages: [...packages], environment },
    }
  },
})

async function assertFirst(cwd: string): Promise<void> {
  const found = await existingConfig(cwd)
  if (found === undefined) return
  throw new RindleError('invalid_input', `${found} already exists. Remove or rename it to start over.`)
}

/** A module in every project: Node takes `.ts` for CommonJS unless package.json says otherwise; bundlers do not. */
function configName({ isTypeScript, isModule, framework }: Project): string {
  const isPlain = isModule || framework === 'next' || framework === 'nuxt'
  return `rindle.config.${isPlain ? '' : 'm'}${isTypeScript ? 'ts' : 'js'}`
}

function envFileOf({ framework }: Project): string {
  return framework === 'next' ? '.env.local' : '.env'
}

/** Writes the files that are not there yet, and names them. */
async function writeMissing(cwd: string, files: readonly PlannedFile[]): Promise<readonly string[]> {
  const written: string[] = []
  for (const { path, text } of files) {
    if (await isThere(join(cwd, path))) continue
    await mkdir(dirname(join(cwd, path)), { recursive: true })
    await writeFile(join(cwd, path), text, { flag: 'wx' })
    written.push(path)
  }
  return written
}

/** `config_invalid` if the file is none that can be read and written. */
async function addToEnv({ cwd, env }: Io, file: string, variables: readonly string[]): Promise<EnvAddition> {
  const set = { ...env }
  readEnvFiles(cwd, set)
  const known = new Set(Object.keys(set).filter((name) => set[name]))
  try {
    const addition = envAddition(await textOf(join(cwd, file)), known, variables, randomBytes(32).toString('hex'))
    if (addition.text !== '') await appendFile(join(cwd, file), addition.text, { mode: 0o600 })
    return addition
  } catch (cause) {
    throw new RindleError('config_invalid', envProblem(file, cause as NodeJS.ErrnoException), { cause })
  }
}

function envProblem(file: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') {
    return `${file} is a directory, and Rindle's variables belong in a file of that name. Rename it, and try again.`
  }
  return `${file} cannot be read or written (${code}). Make it a file that this user may write, and try again.`
}

async function envSteps(cwd: string, project: Project, { unknown, text }: EnvAddition): Promise<readonly string[]> {
  const file = envFileOf(project)
  const isOpen = text !== '' && !isIgnored(await textOf(join(cwd, '.gitignore')), file)
  return [
    ...(isOpen ? [`Add ${file} to .gitignore: it holds secrets.`] : []),
    ...unknown.map((name) => `Set ${name} in ${file}${hintOn(name)}.`),
  ]
}

function nextSteps(
  project: Project,
  mount: MountPlan,
  packages: readonly string[],
  env: readonly string[],
): readonly string[] {
  return [
    ...(packages.length === 0 ? [] : [installCommand(project, packages)]),
    ...env,
    rindleCommand(project, 'migrate'),
    ...mount.steps,
    rindleCommand(project, 'doctor'),
  ]
}

function hintOn(name: string): string {
  return name === 'DATABASE_URL' ? ': postgres://user:password@host:5432/database' : ''
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}
