/** The column of each field that a statement may write, and its SQL type. */
export type ColumnsOf<F extends string> = Readonly<Record<F, readonly [column: string, type: string]>>

/** Parts of a statement that writes named columns from one JSON value. */
export interface GivenColumns {
  /** For the column list of `jsonb_to_record(set)`, each with a comma before it. */
  readonly record: string
  /** For SET, from a record named `given`, each with a comma before it. */
  readonly assignments: string
  /** The content of the JSON value. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Turns changed fields into columns; an absent field is not written. Pure. */
export function givenColumns<F extends string>(
  columns: ColumnsOf<F>,
  changes: Readonly<Partial<Record<F, unknown>>>,
): GivenColumns {
  const fields = (Object.keys(changes) as F[]).filter((field) => changes[field] !== undefined)
  return {
    record: fields.map((field) => `, ${columns[field].join(' ')}`).join(''),
    assignments: fields.map((field) => `, ${columns[field][0]} = given.${columns[field][0]}`).join(''),
    values: Object.fromEntries(fields.map((field) => [columns[field][0], changes[field]])),
  }
}
