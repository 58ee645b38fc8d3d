import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scored } from '../../operators/index.js';
import { drawPlant, type Screen, sparkline } from '../../src/cli/demo/draw-plant.js';
import { emptyPlantView, observe, type PlantView } from '../../src/cli/demo/plant-view.js';
import type { Reading } from '../../src/io/simulated-plant.js';

const SCREEN: Screen = { columns: 120, rows: 40, color: false, isPaused: false, rate: 240 };

function scored(sensor: string, value: number, normalized: number | null): Scored<Reading> {
  const record = { sensor, ts: Date.UTC(2026, 0, 1), quantity: 'flow', unit: 'm³/h', value, event: 'none' } as const;
  return { record, key: sensor, value, normalized, center: 337.5, scale: 6.25, count: 1200, epoch: 0 };
}

function viewOf(sensors: number): PlantView {
  const view = emptyPlantView();
  for (let i = 0; i < sensors; i++)
    for (let j = 0; j < 20; j++) observe(view, scored(`flow-${i}`, 340 + j, ((i * 7 + j * 3) % 11) - 5));
  return view;
}

describe('drawPlant', () => {
  it('fills the screen and goes nowhere beyond it, whatever its size', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        (sensors, columns, rows, color) => {
          const lines = drawPlant(viewOf(sensors), { ...SCREEN, columns, rows, color, isPaused: true });
          expect(lines.length).toBeLessThanOrEqual(rows);
          if (rows >= 4) expect(lines).toHaveLength(rows);
          for (const line of lines) expect([...stripVTControlCharacters(line)].length).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('shows raw value, unit, score, center and scale of a sensor on the smallest usual terminal', () => {
    const view = emptyPlantView();
    observe(view, scored('flow-01', 341.25, 0.6));
    const text = drawPlant(view, { ...SCREEN, columns: 80, rows: 24 }).join('\n');
    expect(text).toMatch(/^ flow-01 +341\.3 m³\/h +\+0\.60 +337\.5 +6\.25 +ok +▅$/m);
    expect(text).toMatch(/sensor +raw unit +normalized +center +scale +state/);
  });

  it('shows the newest score at the right edge of any width that has room for it', () => {
    const view = emptyPlantView();
    for (let i = 0; i < 300; i++) observe(view, scored('flow-01', i, i === 299 ? 4 : -4));
    for (let columns = 56; columns < 200; columns++)
      expect(drawPlant(view, { ...SCREEN, columns })[3], `${columns} columns`).toMatch(/█$/);
  });

  it('adds the count where there is room', () => {
    expect(drawPlant(viewOf(1), SCREEN).join('\n')).toMatch(/337\.5 +6\.25 +1\.20k/);
  });

  it('says how many sensors do not fit, and that it is paused', () => {
    const lines = drawPlant(viewOf(40), { ...SCREEN, rows: 24, isPaused: true });
    expect(lines.join('\n')).toMatch(/ 24 more sensors/);
    expect(lines[0]).toMatch(/40 sensors · 800 readings · 240\/s · paused/);
  });

  it('paints only where colour is wanted', () => {
    expect(drawPlant(viewOf(3), SCREEN).join('')).not.toContain('\x1b');
    expect(drawPlant(viewOf(3), { ...SCREEN, color: true }).join('')).toContain('\x1b[');
  });

  it('draws scores from −4 to 4 as bars, the newest on the right', () => {
    expect(sparkline([-9, -4, -0.5, 0.5, 3.9, 9], 8)).toBe('  ▁▁▄▅██');
    expect(sparkline([1, 2, 3], 2)).toBe('▇█');
    expect(sparkline([1], 0)).toBe('');
  });
});

describe('observe', () => {
  const stateAfter = (...scores: readonly (number | null)[]) => {
    const view = emptyPlantView();
    for (const [i, score] of scores.entries()) observe(view, scored('s', i, score));
    return { state: view.sensors.get('s')!.state, events: view.events };
  };

  it('calls a sensor without scores warming', () => {
    expect(stateAfter(null, null)).toEqual({ state: 'warming', events: [] });
  });
  it('makes an event of one far score, once', () => {
    expect(stateAfter(0.1, -7.25, 0.2)).toEqual({ state: 'ok', events: ['00:00:00  s spike at -7.3 scales'] });
  });
  it('makes one event of a level that has moved', () => {
    const { state, events } = stateAfter(...Array.from({ length: 20 }, () => 3));
    expect(state).toBe('high');
    expect(events).toEqual(['00:00:00  s high at 3.0 scales']);
  });
  it('notices that a sensor repeats itself', () => {
    const view = emptyPlantView();
    for (let i = 0; i < 14; i++) observe(view, scored('s', 5, 0));
    expect(view.sensors.get('s')!.state).toBe('stuck');
    expect(view.events).toEqual(['00:00:00  s repeats 5.00 m³/h']);
  });
  it('keeps no more than it shows', () => {
    const view = emptyPlantView();
    for (let i = 0; i < 2000; i++) observe(view, scored('s', i, i % 2 === 0 ? 9 : 0));
    expect(view.sensors.get('s')!.scores).toHaveLength(240);
    expect(view.events).toHaveLength(50);
  });
});
