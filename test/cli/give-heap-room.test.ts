import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveHeapRoom, growthOf } from '../../src/cli/give-heap-room.js';

vi.mock('node:v8', { spy: true });
vi.mock('node:os', { spy: true });

const MIB = 2 ** 20;

describe('growthOf', () => {
  it('allows a small heap several times itself, a large one so many bytes, and leaves a very large one to V8', () => {
    expect([0, 30, 64, 100, 128, 256, 511, 512, 513, 4000].map((size) => growthOf(size * MIB, 16_000 * MIB))).toEqual([
      400, 400, 400, 256, 200, 100, 50, 50, 0, 0,
    ]);
  });

  it('takes an eighth of a small memory', () => {
    expect([4, 8, 16, 32, 50].map((size) => growthOf(size * MIB, 128 * MIB))).toEqual([400, 200, 100, 50, 0]);
  });
});

describe('giveHeapRoom', () => {
  let held = 50 * MIB;
  let busy = 0.9;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(process, 'memoryUsage').mockImplementation(
      () => ({ rss: 0, heapTotal: 0, heapUsed: held / 2, external: 0, arrayBuffers: held / 2 }) as NodeJS.MemoryUsage,
    );
    vi.spyOn(performance, 'eventLoopUtilization').mockImplementation(() => ({ idle: 0, active: 0, utilization: busy }));
    vi.spyOn(process, 'constrainedMemory').mockReturnValue(0);
    vi.mocked(totalmem).mockReturnValue(16_000 * MIB);
    vi.mocked(setFlagsFromString).mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('tells V8 when what is held has changed, and takes it back where there is little to do, and in the end', () => {
    const told = () => vi.mocked(setFlagsFromString).mock.calls.map(([flag]) => flag);
    const end = giveHeapRoom();
    vi.advanceTimersByTime(20_000);
    expect(told()).toEqual(['--heap-growing-percent=400']);
    held = 200 * MIB;
    vi.advanceTimersByTime(10_000);
    held = 1000 * MIB;
    vi.advanceTimersByTime(10_000);
    expect(told().slice(1)).toEqual(['--heap-growing-percent=128', '--heap-growing-percent=0']);
    held = 200 * MIB;
    vi.advanceTimersByTime(10_000);
    busy = 0.1;
    vi.advanceTimersByTime(10_000);
    busy = 0.9;
    vi.advanceTimersByTime(10_000);
    end();
    held = 100 * MIB;
    vi.advanceTimersByTime(60_000);
    const [given, none] = ['--heap-growing-percent=128', '--heap-growing-percent=0'];
    expect(told().slice(3)).toEqual([given, none, given, none]);
  });

  it('says what this V8 understands', () => {
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    expect(options).toMatch(/^\s+--heap-growing-percent /m);
  });
});
