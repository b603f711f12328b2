import type { Chromaticity, Primaries } from './colour.ts'

/** Three rows of three. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number]

type Vector = readonly [number, number, number]

/** The matrix that converts light of some primaries to others. Their whites map to each other (by Bradford). Pure. */
export function matrixBetween(from: Primaries, to: Primaries): Matrix {
  return product(product(inverse(toXyz(to)), adaptation(from.white, to.white)), toXyz(from))
}

function toXyz({ red, green, blue, white }: Primaries): Matrix {
  const mix = fromColumns(xyzOf(red), xyzOf(green), xyzOf(blue))
  const [r, g, b] = applied(inverse(mix), xyzOf(white))
  return product(mix, [r, 0, 0, 0, g, 0, 0, 0, b])
}

function xyzOf([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y]
}

const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296]

function adaptation(from: Chromaticity, to: Chromaticity): Matrix {
  const [fr, fg, fb] = applied(BRADFORD, xyzOf(from))
  const [tr, tg, tb] = applied(BRADFORD, xyzOf(to))
  return product(product(inverse(BRADFORD), [tr / fr, 0, 0, 0, tg / fg, 0, 0, 0, tb / fb]), BRADFORD)
}

function applied(m: Matrix, [x, y, z]: Vector): Vector {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z]
}

function product(a: Matrix, b: Matrix): Matrix {
  return fromColumns(applied(a, [b[0], b[3], b[6]]), applied(a, [b[1], b[4], b[7]]), applied(a, [b[2], b[5], b[8]]))
}

function fromColumns(a: Vector, b: Vector, c: Vector): Matrix {
  return [a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]]
}

function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  const of = (minor: number): number => minor / determinant
  return fromColumns(
    [of(e * i - f * h), of(f * g - d * i), of(d * h - e * g)],
    [of(c * h - b * i), of(a * i - c * g), of(b * g - a * h)],
    [of(b * f - c * e), of(c * d - a * f), of(a * e - b * d)],
  )
}
