/** One coded picture, as the items of a HEIF hold it. */
export interface CodedPicture {
  /** Its `hvcC`: how to decode it. */
  readonly configuration: Buffer
  readonly data: Buffer
  /** Pixels of each side. */
  readonly side: number
  readonly bits: number
  readonly channels: 1 | 3
}

function coded(configuration: string, data: string, rest: Partial<CodedPicture> = {}): CodedPicture {
  const [first, second] = [Buffer.from(configuration, 'base64'), Buffer.from(data, 'base64')]
  return { configuration: first, data: second, side: 64, bits: 8, channels: 3, ...rest }
}

// Drawn by sharp and coded by heif-enc of libheif 1.15 (`heif-enc -q 60 -o red.heic red.png`).

/** 512 × 512, red rising to the right (0 to 255), green rising downwards, blue 128. */
export const TILE: CodedPicture = coded(
  'AQNwAAAAAAAAAAAAWvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAWroCQCEAAQAsQgEBA3AAAAMAkAAAAwAAAwBaoAQCAIBZbqSSmubgQEDAgAAAAwCAAAADAIQiAAEAB0QBwXKwYkA=',
  'AAADKCgBrwtECIBmZGJgVFWA+salkaJLIVmrO8APZBeuCN7U0LEVnsDfPUxBHVTaZ1E1Ecr3hWbBzjITUUfyhWgE9spc1QTwzhSttbrSlOU0G2fMQI4kyZdityBNduWoYl1b2ezyN8cJ8bQEUVcEaao1SOGMw5lQZ1X7Z8as+DNiibkCK2uR8TVKhru11IrRKZFAtyyJe+ky8wHzHIFl/RUhYrIS7HhF6LR2lfwT4nexAxl+2wjrzrNN/8OlY4ngzo2GcGp4jQOggTLVdakQt6UG0xLpl1uhS2YnNsVEtE2x6zQR6c6XNCHro/JJOhoAsTmIXlTdY8my4NRwJPOoCafhhO9nim+lmXKBGrwwU3ExL5mFQWIsLNAaYcNOO6DlMSi2coggENZ5JeKeHGGrQxP2IjKZM/OO+uD5egsUSK024y2EbpWsch3uPtLutAj5cF4IWiOQ2NrewUkrD/js11cYYm8h2+eu3yE3pmNapjTBKi8ioeVjjbIpzgm5uzbZPmxAxrH9UY2zY+VAKNG4YZSuFVg5x8RYI3pHyEC+UGGHgY4k/kCHTBrz8jvEpkWFKO/e/NmB+eAV9JuPkHIVHOdQZMGoYfbSuebjpxsEFE55e1nNW2U59OGVyov+1L2U6xQPsCKNlNrwZHH4CQBMImsa4LO5x+UyyvQTzzOSz03C1PiYKxmBJ/9/kPT910pgg0kFdR9v+vIznpBZgyQekxoJlHK/LkY9Ug/0RTttXukOjgvzYS95y2jcLPGJAUuq8UbumR4CoOiyJ3Q3hKMdshezrFa0W5JSxKmxa+qiaBYu15nMVddUIdnCsCnOqkvp2hxoKyxSHKZ5UFQZ/ch38S4Ji6Y6AJV1bcFIODe7M7Hp8FaRBq2UtGCQ/73xfu4fMPufmCcBBawDh1KLafF/sjYbPNL/cEpcMo/iT7yc/GvTKFfe0W6+aGO7/e2HyDvpsnS/Kk9/JzOCvjIRzsPfbteAs8hSbMBVxXl2wwvmeyErFkhmg4ZhPSV91d/nAarQ4zMtGOeEvaUr+ff5BA2azbJIU1nfiyMfqzH/JP5F4mLKT9sEsovlFFivR0E=',
  { side: 512 },
)

/** 64 × 64, all of (234, 51, 34). */
export const RED: CodedPicture = coded(
  'AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA==',
  'AAAAGigBrwngITl1X//6X///88pch++dwdBzD1+A',
)

/** 64 × 64 of 10 bits, all of (60000, 13000, 8700) of 65535. */
export const DEEP: CodedPicture = coded(
  'AQQIAAAAAAAAAAAAHvAA/P36+gAADwMgAAEAF0ABDAH//wQIAAADAJ24AAADAAAeugJAIQABACpCAQEECAAAAwCduAAAAwAAHqAggQTZbqSSmubgQEDAgAAAAwCAAAADAIQiAAEAB0QBwXKwIkA=',
  'AAAAGigBrw7gNIMBydf3msf//d53IfzQmQNYmbT/',
  { bits: 10 },
)

/** 64 × 64 without colours, all of 100. */
export const GREY: CodedPicture = coded(
  'AQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSmubAgAAADACAAAAMAISIAAQAHRAHBcrAiQA==',
  'AAAADygBrhPAO4jr//+zvsUirg==',
  { channels: 1 },
)

/** 64 × 64, all of (234, 51, 34): the colours of a picture with transparency. */
export const TRANSLUCENT: CodedPicture = coded(
  'AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA==',
  'AAAAGigBrw7gNIMBydf3i4v//dEPIfzPTANYmbT/',
)

/** 64 × 64 without colours, 128 in the left half and 255 in the right one: a transparency. */
export const HALF_ALPHA: CodedPicture = coded(
  'AQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSmubAgAAADACAAAAMAISIAAQAHRAHBcrAiQA==',
  'AAAAFSgBrh3AWYhI1DN/yv1hpu8f9l6PgA==',
  { channels: 1 },
)

/** An ICC profile of grey samples that are light itself, without a curve. */
export const LINEAR_GREY: Buffer = Buffer.from(
  'AAABSAAAAAACEAAAbW50ckdSQVlYWVogAAAAAAAAAAAAAAAAYWNzcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPbWAAEAAAAA0y0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEZGVzYwAAALQAAABgd3RwdAAAARQAAAAUa1RSQwAAASgAAAAQY3BydAAAATgAAAAQZGVzYwAAAAAAAAAFZ3JleQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWFlaIAAAAAAAAPbWAAEAAAAA0y1jdXJ2AAAAAAAAAAEBAAAAdGV4dAAAAABub25lAAAAAA==',
  'base64',
)
