import fc from 'fast-check';

// CI draws the same cases each time, so that a change is judged by what it changed; a developer's machine draws new ones each time.
// FC_SEED repeats a run.
const { CI, FC_SEED } = process.env;
if (FC_SEED !== undefined || CI !== undefined) fc.configureGlobal({ seed: Number(FC_SEED ?? 42) });
