import { withRindle } from '@rindle/http/next-config'
import type { NextConfig } from 'next'

const config: NextConfig = {}

// Next must not bundle the packages of Rindle, because they read files beside themselves.
export default withRindle(config)
