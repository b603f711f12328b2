'use client'

import { createClient } from '@rindle/client'
import { createRindleHooks, type RindleHooks } from '@rindle/react'
import type { CommunityRindle } from './rindle.ts'

const hooks: RindleHooks<CommunityRindle> = createRindleHooks(createClient<CommunityRindle>())

export const { useAsset, useFocus, useUploader } = hooks
