import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessedOutput } from '@rindle/core/adapter'

/** The index in the metadata of a part of a stream. */
export interface StreamIndex {
  readonly role: string
  readonly codecs: string
  readonly bandwidth: number
  readonly averageBandwidth: number
  readonly frameRate?: number
  readonly timescale: number
  readonly init: number
  readonly segments: { readonly bytes: readonly number[]; readonly ticks: readonly number[] }
  readonly sound?: object
}

/** The index of an output. */
export function indexOf({ metadata }: Pick<ProcessedOutput, 'metadata'>): StreamIndex {
  return metadata?.['stream'] as unknown as StreamIndex
}

/** The seconds of each segment. */
export function secondsOf({ segments, timescale }: StreamIndex): readonly number[] {
  return segments.ticks.map((ticks) => Math.round((ticks / timescale) * 1_000) / 1_000)
}

/** A packet, as ffprobe reads it. */
export interface ProbedPacket {
  readonly seconds: number
  readonly isKey: boolean
  readonly at: number
}

/** Asks ffprobe for the packets of a file, in its order. */
export async function packetsOf(path: string, ffprobePath: string): Promise<readonly ProbedPacket[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time,flags,pos', '-of', 'compact=p=0', path]
  const { stdout } = await promisify(execFile)(ffprobePath, args, { maxBuffer: 64 * 1024 ** 2 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { pts_time: seconds, flags, pos } = Object.fromEntries(line.split('|').map((field) => field.split('=')))
      return { seconds: Number(seconds), isKey: flags?.startsWith('K') === true, at: Number(pos) }
    })
}
