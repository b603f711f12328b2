/** Option of verbs that stop at implausible findings. */
export const FORCE_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Continue even if most objects are missing or unknown',
} as const
