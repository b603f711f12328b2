import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_TRACK_BYTES, MAX_TRACK_CUES, readTrack } from '../../src/tracks/text/read-track.ts'

const ONE = '00:00:01.000 --> 00:00:02.500'

function vtt(given: string | Uint8Array): string {
  return readTrack(given).webVtt.toString()
}

function problemOf(given: unknown): string {
  try {
    readTrack(given as string)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

describe('WebVTT', () => {
  test('keeps cues, their names and settings, styles and regions, and writes hours', () => {
    const file = `WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue(b) { color: lime }\n\nREGION\nid:fred\n\nfirst\n00:01.000 --> 00:02.500 line:0 align:start\n- <v Fred>Hi</v>\n- &lt;Ho&gt;\n\nNOTE\nfor the editor\n\n100:00:03.000 --> 100:00:04.000\nLate`
    expect(vtt(file)).toBe(
      `WEBVTT\n\nSTYLE\n::cue(b) { color: lime }\n\nREGION\nid:fred\n\nfirst\n${ONE} line:0 align:start\n- <v Fred>Hi</v>\n- &lt;Ho&gt;\n\n100:00:03.000 --> 100:00:04.000\nLate\n`,
    )
    expect(readTrack(file).cueCount).toBe(2)
  })

  test('takes a byte order mark, any line ends, NUL and control characters', () => {
    const file = Buffer.from(`\uFEFFWEBVTT\r\n\r\n${ONE}\r\na\u0000b\u0007c\r\rx\r\n${ONE}\n\uD83D\uDE00`)
    expect(vtt(file)).toBe(`WEBVTT\n\n${ONE}\na\uFFFDbc\n\nx\n${ONE}\n😀\n`)
  })

  test('brings the cues into their order', () => {
    expect(vtt(`WEBVTT\n\n00:05.000 --> 00:06.000\nb\n\n${ONE}\na\n`)).toBe(
      `WEBVTT\n\n${ONE}\na\n\n00:00:05.000 --> 00:00:06.000\nb\n`,
    )
  })

  test.each([
    ['<script>alert(1)</script>', 'alert(1)'],
    ['<scr<script>ipt>alert(1)', '&lt;script>alert(1)'],
    ['<img src=x onerror=alert(1)>', ''],
    ['<b onclick=alert(1)>x</b>', '<b>x</b>'],
    ['<v Fred onclick=alert(1)>x', '<v Fred onclickalert(1)>x'],
    ['<c.yellow.bg_blue>x</c>', '<c.yellow.bg_blue>x</c>'],
    ['<I>x</I> <lang en-GB>y</lang>', '<i>x</i> <lang en-GB>y</lang>'],
    ['one <00:00:01.500>two', 'one <00:00:01.500>two'],
    ['a < b && c > d', 'a &lt; b &amp;&amp; c > d'],
    ['&amp; &lt; &#65; &#x41; &unclosed', '&amp; &lt; &#65; &#x41; &amp;unclosed'],
    ['<!DOCTYPE x><?php y ?><>z', 'z'],
  ])('keeps only its own markup: %s', (line, kept) => {
    expect(vtt(`WEBVTT\n\n${ONE}\n${line}\nend`)).toBe(`WEBVTT\n\n${ONE}\n${kept === '' ? '' : `${kept}\n`}end\n`)
  })

  test.each([
    ['WEBVTT\n\n00:01,000 --> 00:02,000\nx', 'in line 3: the times of a cue are written as'],
    ['WEBVTT\n\n1\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny', 'in line 6: an empty line is missing'],
    ['WEBVTT\n00:01.000 --> 00:02.000\nx', 'in line 2: an empty line is missing'],
    ['WEBVTT\n\nNOTE\n00:01.000 --> 00:02.000', 'in line 4: an empty line is missing'],
    ['WEBVTT\n\n\n00:02.000 --> 00:01.000\nx', 'in line 4: the cue ends before it has begun'],
    ['WEBVTT\n\n00:61.000 --> 01:02.000\nx', 'in line 3: minutes and seconds are at most 59'],
    [`WEBVTT\n\n${ONE}\nx\n\nlost text`, 'in line 6: a cue needs a line of times'],
    [`WEBVTT\n\na\nb\n${ONE}\nx`, 'in line 3: a cue has at most one line before its times'],
    [
      'WEBVTT\n\nSTYLE\n::cue {\nbackground: URL (https://a.example)\n}',
      'in line 5: a STYLE or REGION may not contain',
    ],
    ['WEBVTT\n', 'it has no cue'],
  ])('names what is wrong with %j', (file, problem) => {
    expect(problemOf(file)).toContain(problem)
  })
})

describe('SubRip', () => {
  test('becomes WebVTT', () => {
    const file = `1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> <font color="#fff">there</font>\n\n2\n0:0:3,5 --> 0:0:4.25  X1:10 X2:20\n{\\an8}a & b\n`
    expect(vtt(file)).toBe(`WEBVTT\n\n${ONE}\n<i>Hello</i> there\n\n00:00:03.500 --> 00:00:04.250 line:0\na &amp; b\n`)
  })

  test('may lack hours, numbers and empty lines, and may have empty lines within a text', () => {
    const file =
      '00:01,000 --> 00:02,500\nfirst\n\nstill first\n00:03 --> 00:04\n7\n\n3\n00:05,000 --> 00:06,000\nthird'
    expect(vtt(file)).toBe(
      `WEBVTT\n\n${ONE}\nfirst\nstill first\n\n00:00:03.000 --> 00:00:04.000\n7\n\n00:00:05.000 --> 00:00:06.000\nthird\n`,
    )
  })

  test('leaves out what is never shown', () => {
    const file = `\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nshown --> here\r\n\r\n2\r\n00:00:05,000 --> 00:00:05,000\r\nno time\r\n\r\n3\r\n00:00:06,000 --> 00:00:07,000\r\n{\\pos(1,2)}\r\n`
    expect(vtt(file)).toBe(`WEBVTT\n\n${ONE}\nshown → here\n`)
  })
})

describe('a file that is no text track', () => {
  test.each([
    ['nothing', '', 'it is neither WebVTT'],
    ['a page', '<html><body>x</body></html>', 'it is neither WebVTT'],
    ['WEBVTTX', `WEBVTTX\n\n`, 'it is neither WebVTT'],
    ['another encoding', Buffer.from('1\n00:00:01,000 --> 00:00:02,500\ncaf\u00e9', 'latin1'), 'it is not in UTF-8'],
    ['an object', { text: 'WEBVTT' }, 'it must be a string'],
    ['too many bytes', ' '.repeat(MAX_TRACK_BYTES + 1), `it has ${MAX_TRACK_BYTES + 1} bytes`],
    ['too many cues', `WEBVTT\n\n${`${ONE}\n\n`.repeat(MAX_TRACK_CUES + 1)}`, `it has ${MAX_TRACK_CUES + 1} cues`],
    ['text that grows too large', `WEBVTT\n\n${ONE}\n${'&'.repeat(MAX_TRACK_BYTES - 100)}`, 'bytes; at most'],
  ])('is refused: %s', (_what, file, problem) => {
    expect(problemOf(file)).toContain(problem)
  })
})

test('a stored track is read as the same track, whatever its text was', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '&',
    '-->',
    '<b>',
    '</b>',
    '<v A',
    '\n',
    '\r',
    '\u0000',
    '{\\an8}',
    '1',
    'x',
    ' ',
    '00:01.000',
  )
  const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 30 })
  fc.assert(
    fc.property(text, fc.boolean(), (pieces, isSubRip) => {
      const file = isSubRip
        ? `1\n00:01,000 --> 00:02,500\nx${pieces.join('')}`
        : `WEBVTT\n\n${ONE}\nx${pieces.join('')}`
      const problem = problemOf(file)
      if (problem === 'none') expect(vtt(vtt(file))).toBe(vtt(file))
      else expect(problem).toMatch(/^The text track is not valid/)
    }),
  )
})
