'use client'

import { createClient } from '@rindle/client'
import { createRindleHooks } from '@rindle/react'
import type { rindle } from './rindle.ts'

/** Typed by the instance of the server: an unknown profile does not compile. */
export const { Uploader } = createRindleHooks(createClient<typeof rindle>())
