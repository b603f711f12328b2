import { z } from 'zod'
import type { OptionProblem } from './recipe-rules.ts'

/** A schema of an object with these options and no others. `what` names it: "an image recipe". */
export function options<Shape extends z.core.$ZodShape>(
  what: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const allowed = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `${(issue as z.core.$ZodIssueUnrecognizedKeys).keys.join(', ')}: not an option of ${what}, which takes ${allowed}`
        : `${what} must be an object with ${allowed}`,
  })
}

/** A schema of an option that is one of these words. */
export function oneOf<const Words extends readonly string[]>(
  option: string,
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> {
  const allowed = words.map((word) => `"${word}"`).join(' or ')
  return z.enum(words, { error: `${option} must be ${allowed}` })
}

/** A schema of an option that is an integer from `min` to `max`. */
export function integer(option: string, min: number, max: number): z.ZodInt {
  const error = `${option} must be an integer from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A schema of an option that is true or false. */
export function flag(option: string): z.ZodBoolean {
  return z.boolean({ error: `${option} must be true or false` })
}

/** A schema of an option that is a colour in hex notation. */
export function colour(option: string): z.ZodString {
  const error = `${option} must be a colour: "#rgb", "#rgba", "#rrggbb" or "#rrggbbaa"`
  return z.string({ error }).regex(/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i, { error, abort: true })
}

/** A refinement that reports the findings of `problemsOf`, each problem at its option. */
export function reporting<Value>(
  problemsOf: (value: Value) => readonly OptionProblem[],
): (value: Value, context: z.core.$RefinementCtx<Value>) => void {
  return (value, context) => {
    for (const { option, message } of problemsOf(value)) context.addIssue({ code: 'custom', path: [option], message })
  }
}
