/** A full turn, by unit, and where it may begin. */
const TURNS: readonly (readonly [unit: 'degrees' | 'radians', turn: number])[] = [
  ['degrees', 360],
  ['radians', 2 * Math.PI],
];
/** The values must fill this much of the circle without leaving it. */
const FILLED = 0.97;
/** Steps of more than half a turn that must be seen: an angle that runs through its end. */
const CROSSINGS = 3;
/** Share of the values that each eighth of the circle beside that end must have: it is no end to what goes round. */
const BESIDE = 0.01;

/** Whether values look like angles that run through their end, and in which unit; undefined: they do not. */
export function circleOf(
  values: Float64Array,
  { min, max }: { min: number; max: number },
): 'degrees' | 'radians' | undefined {
  for (const [unit, turn] of TURNS)
    for (const start of [0, -turn / 2]) {
      // 3.1416 is π, rounded up.
      const slack = turn * 1e-5;
      if (min < start - slack || max > start + turn + slack || max - min < FILLED * turn) continue;
      let crossings = 0;
      for (let i = 1; i < values.length; i++) if (Math.abs(values[i]! - values[i - 1]!) > turn / 2) crossings++;
      const beside = (from: number) =>
        values.reduce((sum, x) => sum + (x >= from && x <= from + turn / 8 + slack ? 1 : 0), 0) / values.length;
      const goesOn = beside(start - slack) >= BESIDE && beside(start + 0.875 * turn) >= BESIDE;
      if (crossings >= CROSSINGS && goesOn) return unit;
    }
  return undefined;
}
