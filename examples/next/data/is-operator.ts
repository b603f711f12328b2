/** The ids of the operators, separated by commas. */
const { OPERATORS } = process.env

/** Whether a member may open the console. Without `OPERATORS` everybody may, which suits a trial only. */
export function isOperator({ id }: { readonly id: string }): boolean {
  return OPERATORS === undefined || OPERATORS.split(',').includes(id)
}
