import { errorSentence } from '../domain/error-text.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { SourceFile } from '../ports/processor.ts'
import { withinTime } from './within-time.ts'

type Context = Parameters<Analyzer['analyze']>[1]

/**
 * Returns the result of each analyzer, cleaned, by its name. Runs them one after the other; the first failure ends the
 * run: `analyzer_failed`, which says nothing about the file.
 */
export async function runAnalyzers(
  analyzers: readonly Analyzer[],
  file: SourceFile,
  context: Context,
): Promise<Readonly<Record<string, JsonObject>>> {
  const analyses: Record<string, JsonObject> = {}
  for (const analyzer of analyzers) analyses[analyzer.name] = await runAnalyzer(analyzer, file, context)
  return analyses
}

async function runAnalyzer(analyzer: Analyzer, file: SourceFile, context: Context): Promise<JsonObject> {
  const { name, timeoutMs } = analyzer
  try {
    const work = (signal: AbortSignal): Promise<JsonObject> => analyzer.analyze(file, { ...context, signal })
    return cleanMetadata(await withinTime(work, { timeoutMs, signal: context.signal }))
  } catch (error) {
    // An analysis that ends with its worker or its claim is no failure of the analyzer.
    if (context.signal.aborted) throw error
    const message = `The analyzer ${name} could not do its work on asset ${context.assetId}: ${errorSentence(error)}`
    const details = { reason: `analyzer_failed:${name}`, analyzer: name }
    throw new RindleError('analyzer_failed', message, { details, cause: error })
  }
}
