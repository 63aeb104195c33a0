// The colours of times: from dark blue to yellow, each lighter than the one before, also
// to who sees no red or no green, after cividis (https://doi.org/10.1371/journal.pone.0199239).

const anchors = [
  [0, 34, 78],
  [67, 78, 108],
  [125, 124, 120],
  [188, 175, 111],
  [254, 232, 56],
] as const;

// The ramp's ends in ms.
export const fastest = 1;
export const slowest = 10_000;

export type Colour = readonly [red: number, green: number, blue: number]; // 0 to 255

// colourAt is the colour at a place of the ramp, from 0 to 1.
export function colourAt(place: number): Colour {
  const scaled = Math.min(Math.max(place, 0), 1) * (anchors.length - 1);
  const i = Math.min(Math.floor(scaled), anchors.length - 2);
  const [low, high] = [anchors[i]!, anchors[i + 1]!];
  const mix = (k: 0 | 1 | 2) => Math.round(low[k] + (high[k] - low[k]) * (scaled - i));
  return [mix(0), mix(1), mix(2)];
}

// placeOf is where a time stands on the ramp: its logarithm between the ends'.
export function placeOf(ms: number): number {
  const between = Math.log(Math.max(ms, fastest) / fastest) / Math.log(slowest / fastest);
  return Math.min(between, 1);
}
