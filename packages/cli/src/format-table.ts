import stringWidth from 'string-width'

const GAP = '  '

/**
 * Rows as lines of aligned columns; the first row is the head. Columns are as wide as their widest cell on a terminal:
 * wide characters count twice, colours not at all. Nothing is cut or wrapped, so that a script gets every cell whole.
 */
export function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join(GAP)
      .trimEnd(),
  )
}
