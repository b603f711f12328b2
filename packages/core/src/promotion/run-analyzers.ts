import type { JsonObject } from '../domain/errors.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { SourceFile } from '../ports/processor.ts'

/** What each analyzer finds, cleaned, by its name. One after the other; a rejection ends it. */
export async function runAnalyzers(
  analyzers: readonly Analyzer[],
  file: SourceFile,
  context: Parameters<Analyzer['analyze']>[1],
): Promise<Readonly<Record<string, JsonObject>>> {
  const analyses: Record<string, JsonObject> = {}
  for (const analyzer of analyzers) analyses[analyzer.name] = cleanMetadata(await analyzer.analyze(file, context))
  return analyses
}
