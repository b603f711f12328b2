import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import type { ProcessRequest, VariantOutcome } from '@rindle/core/adapter'
import { collectOutcomes, processRequest, type VariantRecipes } from '../variant-outcomes.ts'
import type { ProcessorSubject } from './contract-case.ts'

/** The environment of a case: the subject, its started processor, and directories that are removed with the case. */
export interface Workspace extends ProcessorSubject {
  /** The first of `recipes`, for a case that needs only one. */
  readonly one: VariantRecipes
  /** A new, empty directory. */
  readonly makeDirectory: () => Promise<string>
  /** A request for variants of `source`, or of another file, in a directory of its own. */
  readonly request: (
    recipes: VariantRecipes,
    overrides?: Partial<ProcessRequest>,
    source?: SourceFile,
  ) => Promise<ProcessRequest>
  /** Makes variants, and returns the outcomes by variant name. */
  readonly make: (
    recipes: VariantRecipes,
    overrides?: Partial<ProcessRequest>,
    source?: SourceFile,
  ) => Promise<ReadonlyMap<string, VariantOutcome>>
}

/** The run of a case that needs a started processor. */
export function started(check: (workspace: Workspace) => Promise<void>): (subject: ProcessorSubject) => Promise<void> {
  return async (subject) => {
    await startProcessor(subject)
    const root = await mkdtemp(join(tmpdir(), 'rindle-processor-'))
    let count = 0
    const makeDirectory = async (): Promise<string> => {
      count += 1
      const directory = join(root, String(count))
      await mkdir(directory)
      return directory
    }
    const one = Object.fromEntries(Object.entries(subject.recipes).slice(0, 1))
    const request: Workspace['request'] = async (recipes, overrides, source = subject.source) =>
      processRequest(subject.processor.recipes, source, recipes, await makeDirectory(), overrides)
    const make: Workspace['make'] = async (...wanted) => collectOutcomes(subject.processor, await request(...wanted))
    try {
      await check({ ...subject, one, makeDirectory, request, make })
    } finally {
      await subject.processor.stop()
      await rm(root, { recursive: true, force: true })
    }
  }
}

/** Starts the processor as an instance does that accepts the types of the subject's files. */
export function startProcessor({ processor, source, slow, damaged }: ProcessorSubject): Promise<void> {
  const types = [source, slow?.source, damaged].flatMap((file) => file?.contentType ?? [])
  return processor.start({ acceptedTypes: new Set(types) })
}
