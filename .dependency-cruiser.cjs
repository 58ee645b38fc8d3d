/** The walls of the house: imports point down. Each rule names the layer and what it must not reach. */
const folder = (...names) => `^src/(${names.join('|')})/`;
const above = {
  // Layer 1: pure arithmetic and bytes.
  'stats|drift|batch|codec|checkpoint/format': folder(
    'normalize',
    'series',
    'backend',
    'learn',
    'advise',
    'kafka',
    'io',
    'pipeline',
    'service',
    'cli',
  ),
  // Layer 2. A record's fields join normalizers and series: normalize may look at series, never the other way round.
  'series|backend|learn': folder('normalize', 'advise', 'kafka', 'io', 'pipeline', 'service', 'cli'),
  normalize: folder('backend', 'learn', 'advise', 'kafka', 'io', 'pipeline', 'service', 'cli'),
  // Layer 3 beside the operators.
  advise: folder('kafka', 'io', 'pipeline', 'service', 'cli'),
  // Layer 4: the outside world knows bytes and records, not statistics.
  'kafka|io|checkpoint': folder(
    'stats',
    'drift',
    'normalize',
    'series',
    'backend',
    'learn',
    'advise',
    'pipeline',
    'service',
    'cli',
  ),
  // Layer 5.
  pipeline: folder('service', 'cli'),
};
const portable =
  '^(operators|src/(stats|drift|batch|codec|checkpoint/format|normalize|series|backend|learn|advise))/|^src/[a-z-]+\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|^src/cli/main\\.ts$|^src/service/page/' },
      to: {},
    },
    {
      name: 'portable-layers-have-no-node',
      comment: 'Layers 0 to 3 run in a browser.',
      severity: 'error',
      from: { path: portable },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'rxjs-only-in-operators-and-above',
      severity: 'error',
      from: { path: '^src/(stats|drift|batch|codec|checkpoint|normalize|series|backend|learn|advise)/' },
      to: { path: 'node_modules/rxjs' },
    },
    {
      name: 'operators-know-nothing-of-the-outside',
      severity: 'error',
      from: { path: '^operators/' },
      to: { path: folder('kafka', 'io', 'pipeline', 'service', 'cli') },
    },
    {
      name: 'nothing-imports-operators-but-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(index\\.ts|pipeline/|service/|cli/|kafka/)' },
      to: { path: '^operators/' },
    },
    ...Object.entries(above).map(([from, to]) => ({
      name: `imports-point-down-from-${from.replace(/[|/]/g, '-')}`,
      severity: 'error',
      from: {
        path: `^src/(${from})/`,
        pathNot: from === 'kafka|io|checkpoint' ? '^src/checkpoint/format/' : undefined,
      },
      to: { path: to },
    })),
    { name: 'errors-import-nothing', severity: 'error', from: { path: '^src/errors\\.ts$' }, to: { path: '.' } },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '^(src|operators)/' },
      to: { path: '^(test|bench|examples)/' },
    },
    {
      name: 'not-to-dev-dependencies',
      severity: 'error',
      // The page is bundled: what it takes is part of the build.
      from: { path: '^(src|operators)/', pathNot: '^src/service/page/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
