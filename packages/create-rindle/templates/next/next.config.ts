import { withRindle } from '@rindle/http/next-config'
import type { NextConfig } from 'next'

const config: NextConfig = {}

// Leaves the packages of Rindle to Node: they find files beside themselves.
export default withRindle(config)
