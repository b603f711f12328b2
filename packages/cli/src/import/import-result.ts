import { counted } from '@rindle/core/adapter'
import type { OperationResult } from '../operation/run-operation-command.ts'
import { printable } from '../printable.ts'
import type { ImportReport } from './import-report.ts'

/** The result of an import, for printing. Pure. */
export function importResult(report: ImportReport, live: boolean, interrupted: boolean): OperationResult {
  const { counts, problems, unmapped, stopped } = report
  const shown = problems.length
  const all = counts.missing + counts.refused + counts.damaged + counts.errors
  return {
    summary: {
      [live ? 'imported' : 'would_import']: counts.imported,
      already_imported: counts.already,
      missing: counts.missing,
      refused: counts.refused,
      damaged: counts.damaged,
      errors: counts.errors,
    },
    findings: [
      ...problems.map(({ key, outcome, message = '' }) =>
        printable(`${WORDS[outcome] ?? outcome}: ${key}  ${message}`),
      ),
      ...(all > shown ? [`… and ${counted(all - shown, 'more problem')}; --report writes all of them`] : []),
    ],
    notes: [
      ...[...unmapped].map(
        ([names, count]) => `Not mapped: ${counted(count, 'file')} of ${printable(names)}. Use --map.`,
      ),
      ...(counts.variant > 0 ? [`Left out: ${counted(counts.variant, 'variant')}. Rindle makes its own.`] : []),
      ...(counts.unattached > 0
        ? [`Left out: ${counted(counts.unattached, 'file')} that no record uses. --unattached imports them.`]
        : []),
      ...(counts.unmatched > 0
        ? [`Left out: ${counted(counts.unmatched, 'file')} that --template does not match.`]
        : []),
      ...(stopped
        ? ['Stopped, because the storage or the database no longer answers. Run the same command again; it continues.']
        : []),
      ...(interrupted && !stopped && live ? ['Run the same command again; it continues.'] : []),
      ...(live ? [] : ['Dry run: nothing was imported. Add --live to import.']),
    ],
    facts: {
      unmapped: [...unmapped].map(([kind, files]) => ({ kind, files })),
      variants: counts.variant,
      unattached: counts.unattached,
      unmatched: counts.unmatched,
      problems: problems.map(({ key, outcome, reason = null, message = null }) => ({ key, outcome, reason, message })),
      dry_run: !live,
    },
    hasErrors: counts.errors > 0,
    interrupted,
  }
}

const WORDS: Readonly<Record<string, string>> = { errors: 'error' }
