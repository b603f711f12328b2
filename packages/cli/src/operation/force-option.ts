/** Option of verbs that stop where what they see is implausible. */
export const FORCE_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Go on where most is missing or unknown',
} as const
