// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { VECTOR_METHODS } from '../../src/normalize/vector/vector-options.js';
import { loadConfig } from '../../src/pipeline/load-config.js';
import type { PipelinePlan } from '../../src/pipeline/plan.js';

const SECRETS: Record<string, string> = { '/run/secrets/name': 'hunter2\n' };

function load(text: string, env: Record<string, string> = {}): PipelinePlan {
  return loadConfig(text, {
    file: 'p.yaml',
    env,
    readSecret: (path) => {
      if (SECRETS[path] === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return SECRETS[path];
    },
  });
}

function faultsOf(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    load(text, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
  throw new Error('the configuration has no fault');
}

describe('loadConfig', () => {
  it('reads every section', () => {
    const plan = load(`
source: { file: { path: [a.csv, b.csv.gz], format: csv, delimiter: ";" } }
record: { key: [site, device.id], time: ts }
fields:
  temperature: z-score
  vibration: { method: robust, memory: { window: 10m } }
  pressure: { method: min-max, range: [0, 1], clip: true }
defaults: { order: learn-first, warmup: 12, whileWarming: 'null' }
output: { include: [center, scale] }
batch: { maxLength: 512, backend: cpu }
sink: { file: { path: out.ndjson } }
deadLetter: { file: { path: dead.ndjson } }
state: { store: file, path: state/, ttl: 7d, maxSeries: 1000 }
http: false
strict: true
`);
    expect(plan).toEqual({
      source: { kind: 'file', paths: ['a.csv', 'b.csv.gz'], format: 'csv', delimiter: ';' },
      record: { key: ['site', 'device.id'], time: 'ts' },
      fields: {
        named: [
          { name: 'temperature', options: { method: 'z-score', ...DEFAULTS } },
          { name: 'vibration', options: { method: 'robust', memory: { window: '10m' }, ...DEFAULTS } },
          { name: 'pressure', options: { method: 'min-max', range: [0, 1], clip: true, ...DEFAULTS } },
        ],
      },
      output: { mode: 'add', include: ['center', 'scale'] },
      sink: { kind: 'file', path: 'out.ndjson' },
      deadLetter: { kind: 'file', path: 'dead.ndjson' },
      onBadRecord: 'dead-letter',
      maxBadRatio: 0.5,
      delivery: 'at-least-once',
      workers: 1,
      http: false,
      state: { store: 'file', path: 'state/', checkpointEvery: 10_000, ttl: 604_800_000, maxSeries: 1000 },
      batch: { maxLength: 512, maxWait: 10, backend: 'cpu' },
      strict: true,
    });
  });

  it('fills in what a model leaves out', () => {
    const plan = load(`
source: { stdin: {} }
record: { key: id }
fields: { a: z-score, watt: none, on: boolean, wind: { method: sin-cos } }
learn:
  p: { model: linear, target: watt, rate: { rate: 0.1 }, l2: 0.001 }
  q: { model: logistic, target: is.on, features: [watt], per: all, missing: impute, earlyStopping: { detector: adwin } }
`);
    expect(plan.learn).toEqual([
      {
        name: 'p', model: 'linear', target: 'watt', features: ['a', 'on'], per: 'key', missing: 'skip', rate: { rate: 0.1 }, l2: 0.001,
      },
      {
        name: 'q', model: 'logistic', target: 'is.on', features: ['watt'], per: 'all', missing: 'impute', earlyStopping: { detector: 'adwin' },
      },
    ]); // biome-ignore format: a line each
    expect(load('source: { stdin: {} }').learn).toBeUndefined();
  });

  it.each<[what: string, learn: string, ...faults: string[]]>([
    ['an unknown model', 'p: { model: tree, target: y }', '4:15: learn.p.model: must be one of "linear", "logistic", "passive-aggressive", got "tree"'],
    ['no target', 'p: { model: linear }', '4:3: learn.p.target: must be a name, got nothing'],
    ['the option of another model', 'p: { model: linear, target: y, aggressiveness: 2 }', '4:50: learn.p.aggressiveness: must be absent: a model of the kind linear does not have it, got 2'],
    ['an option that is misspelt', 'p: { model: linear, target: y, rat: 2 }', '4:34: learn.p.rat: must be absent: there is no such option, did you mean rate?'],
    ['a feature that is no field', 'p: { model: linear, target: y, features: [a, z] }', '4:48: learn.p.features.1: must be a field that is normalized: a, b, words, got "z"'],
    ['a feature that is more than a number', 'p: { model: linear, target: y, features: [words] }', '4:45: learn.p.features.0: must be a field that comes to one number, which tf-idf does not, got "words"'],
    ['the target as a feature', 'p: { model: linear, target: a, features: [a, b] }', '4:45: learn.p.features.0: must be another field than the target, which is not known yet, got "a"'],
    ['a feature twice', 'p: { model: linear, target: y, features: [a, a] }', '4:48: learn.p.features.1: must be in the list once, got "a"'],
    ['a target that is written here', 'p: { model: linear, target: learnt.q }', '4:31: learn.p.target: must be another field: learnt is what the output writes itself, got "learnt.q"'],
    ['a loss without meaning', 'p: { model: linear, target: y, loss: log }', '4:40: learn.p.loss: must be "squared" or "absolute" for a model that predicts numbers, got "log"'],
    ['a scale of what has none', 'p: { model: logistic, target: y, scaleTarget: true }', '4:49: learn.p.scaleTarget: must be absent: what is true or false has no scale, got true'],
    ['a rate that is none', 'p: { model: linear, target: y, rate: { optimal: 0 } }', '4:51: learn.p.rate.optimal: must be a finite number > 0, got 0'],
    ['an option of a detector', 'p: { model: linear, target: y, earlyStopping: { detector: { name: cusum, clock: 1 } } }', '4:83: learn.p.earlyStopping.detector.clock: must be absent: cusum does not have it, got 1'],
    ['a selection that is none', 'p: { model: linear, target: y, selection: { silentAfter: 0 } }', '4:60: learn.p.selection.silentAfter: must be an integer >= 1, got 0'],
    ['too few series', 'p: { model: linear, target: y, per: all }\nrecord: { time: ts }\nstate: { maxSeries: 1 }', '6:21: state.maxSeries: must be at least 2, got 1: what is learnt of all keys is a series too'],
  ])('finds %s in learn, and says where', (_, learn, ...faults) => {
    const fields = 'fields: { a: z-score, b: adaptive, words: { method: tf-idf, maxTerms: 5 } }';
    expect(faultsOf(`source: { stdin: {} }\n${fields}\nlearn:\n  ${learn}`)).toEqual(faults.map((fault) => `p.yaml:${fault}`));
  }); // biome-ignore format: a row each

  it.each<[what: string, text: string, fault: string]>([
    ['no features beside *', "fields: '*'\nlearn: { p: { model: linear, target: y } }", "3:10: learn.p.features: must be a list of fields: '*' does not say which there are, got nothing"],
    ['a key as a feature', "record: { key: id }\nfields: '*'\nlearn: { p: { model: linear, target: y, features: [id] } }", '4:52: learn.p.features.0: must be a field: record says that it is none, got "id"'],
    ['nothing to go by', 'fields: { y: z-score }\nlearn: { p: { model: linear, target: y } }', '3:10: learn.p.features: must be a list of fields: none comes to one number beside the target, got []'],
    ['the method batch', 'fields: { a: batch }\nlearn: { p: { model: linear, target: y, features: [a] } }', '3:8: learn: must be absent beside the method batch, whose scores depend on where micro-batches end'],
    ['a field of that name', 'fields: { learnt.a: z-score, a: z-score }\nlearn: { p: { model: linear, target: y, features: [a] } }', '2:11: fields.learnt.a: must be absent beside learn, which writes learnt itself'],
  ])('finds %s beside learn', (_, text, fault) => {
    expect(faultsOf(`source: { stdin: {} }\n${text}`)).toContain(`p.yaml:${fault}`);
  }); // biome-ignore format: a row each

  it('needs no more than a source', () => {
    expect(load('source: { stdin: {} }')).toMatchObject({
      source: { kind: 'stdin' },
      fields: { named: [], others: { method: 'adaptive' } },
      sink: { kind: 'stdout' },
      state: { store: 'memory' },
    });
  });

  it('reads JSON, and text that begins with a byte order mark', () => {
    expect(load('\ufeff{"source": {"stdin": {"format": "csv"}}}').source).toEqual({ kind: 'stdin', format: 'csv' });
  });

  it('takes the name of a field as it is written', () => {
    const { named } = load('source: { stdin: {} }\nfields: { 007: z-score, null: z-score, true: z-score }').fields;
    expect(named.map(({ name }) => name)).toEqual(['007', 'null', 'true']);
  });

  it.each<[what: string, text: string, ...faults: string[]]>([
    [
      'an unknown option',
      'source: { stdin: {} }\nstat: { ttl: 7d }',
      'p.yaml:2:1: stat: must be absent: there is no such option, did you mean state?',
    ],
    [
      'a misspelt option of a field',
      'source: { stdin: {} }\nfields:\n  flow:\n    warmpu: 3',
      'p.yaml:4:5: fields.flow.warmpu: must be absent: there is no such option, did you mean warmup?',
    ],
    [
      'an unknown method',
      'source: { stdin: {} }\nfields:\n  flow: zscore',
      `p.yaml:3:9: fields.flow: must be one of "z-score", "min-max", "max-abs", "robust", "quantile", "power", "unit-norm", "adaptive", "innovation", "batch", "none", ${VECTOR_METHODS.map((method) => JSON.stringify(method)).join(', ')}, got "zscore"`,
    ],
    [
      'a value of the wrong type',
      'source: { stdin: {} }\ndefaults: { warmup: many }',
      'p.yaml:2:21: defaults.warmup: must be an integer >= 0, got "many"',
    ],
    ['a list where a mapping belongs', 'source: [stdin]', 'p.yaml:1:9: source: must be a mapping, got ["stdin"]'],
    ['no source', 'strict: true', 'p.yaml:1:1: source: must be a mapping, got nothing'],
    ['nothing at all', '', 'p.yaml:1:1: source: must be a mapping, got nothing'],
    [
      'two sources',
      'source:\n  stdin: {}\n  simulate: {}',
      'p.yaml:2:3: source: must be exactly one of kafka, file, stdin, simulate, got stdin and simulate',
    ],
    [
      'an option that the method does not have',
      'source: { stdin: {} }\nfields:\n  flow: { method: robust, ddof: 1 }',
      'p.yaml:3:33: fields.flow.ddof: must be absent: only z-score has it, got 1',
    ],
    [
      'a combination without meaning',
      'source: { stdin: {} }\nfields:\n  flow: { method: adaptive, memory: { window: 5 } }',
      'p.yaml:3:37: fields.flow.memory: must be absent: adaptive finds its own memory, got {"window":5}',
    ],
    [
      'a shape without a method',
      'source: { stdin: {} }\nfields:\n  frame: { method: none, shape: [3] }',
      'p.yaml:3:20: fields.frame.method: must be one that scores a field with a shape, as z-score does; a field that is left out stays as it is, got "none"',
    ],
    [
      'two memories at once',
      'source: { stdin: {} }\nfields:\n  flow: { memory: { halfLife: 5, window: 7 } }',
      'p.yaml:3:19: fields.flow.memory: must be all, { halfLife: samples | duration } or { window: samples | duration }, got {"halfLife":5,"window":7}',
    ],
    [
      'a file that is read and written',
      'source: { file: { path: [a.csv, b.csv] } }\nsink: { file: { path: ./b.csv } }\ndeadLetter: { file: { path: a.csv } }',
      'p.yaml:2:23: sink.file.path: must be another file than the source\'s, got "./b.csv"',
      'p.yaml:3:29: deadLetter.file.path: must be another file than the source\'s, got "a.csv"',
    ],
    [
      'a fault in the defaults, where it stands',
      'source: { stdin: {} }\ndefaults:\n  warmup: 50\n  memory: { window: 10 }',
      "p.yaml:3:11: defaults.warmup: must be at most the window's length, 10, got 50",
    ],
    [
      'a memory in event time without a time',
      'source: { stdin: {} }\nrecord: { key: id }\nfields:\n  flow: { memory: { halfLife: 5m } }',
      'p.yaml:2:9: record: must be given a time: fields.flow has a memory in event time',
    ],
    [
      'a store without a path',
      'source: { stdin: {} }\nstate: { store: file }',
      'p.yaml:2:8: state: must be given a path: store is file',
    ],
    [
      'what is wrong with a detector',
      'source: { stdin: {} }\nfields: { a: { drift: { detector: { name: ewma, limit: -1 } } }, b: adaptive }\ndrift: { detector: cumsum }',
      'p.yaml:3:20: drift.detector: must be a detector, or { name, falseAlarmEvery, … }, got "cumsum"',
    ],
    [
      'what is wrong with fields that are more than one number',
      [
        'source: { stdin: {} }',
        'fields:',
        '  a: { method: rescale, shape: [4], mean: [1, 2] }',
        '  b: { shape: [3, null] }',
        '  c: { shape: [2, 2], memory: { window: 9 } }',
        '  d: { method: robust, shape: [2, 2] }',
        '  e: { method: z-score, dtype: uint8 }',
        '  f: { method: rescale, shape: [4], warmup: 3 }',
        '  g: { shape: [4], drift: {} }',
        '  h: { method: rescale }',
      ].join('\n'),
      'p.yaml:3:43: fields.a.mean: must be a number, or a list of one for each of 4 channels, finite, got [1,2]',
      'p.yaml:4:15: fields.b.shape: must be a shape whose last axis, that of the channels, has a length; of one channel: [null, 1], got [3,null]',
      'p.yaml:5:31: fields.c.memory: must be \'all\' or { halfLife: records | duration } for positions and channels: a window would keep every record, got {"window":9}',
      'p.yaml:6:16: fields.d.method: must be z-score for a field of positions and channels: other methods score the components of a vector, of a shape like [64], got "robust"',
      'p.yaml:7:32: fields.e.dtype: must be absent: only a field with a shape, or of a method for such, has it, got "uint8"',
      'p.yaml:8:45: fields.f.warmup: must be absent: rescale of a field with a shape has no use for it, got 3',
      'p.yaml:9:27: fields.g.drift: must be absent: z-score of a field with a shape has no use for it, got {}',
      'p.yaml:10:3: fields.h.shape: must be a list of 1 to 8 lengths >= 1, one of which may be null for any length, got nothing',
    ],
    [
      'what is wrong with text',
      'source: { stdin: {} }\nfields:\n  i: { method: tf-idf, features: 64, maxTerms: 9 }\n  j: { method: token-ids, whenFull: prune }\n  k: { method: tf-idf, ngrams: [2, 1] }',
      'p.yaml:3:48: fields.i.maxTerms: must be absent beside features: there is no vocabulary then, got 9',
      'p.yaml:4:37: fields.j.whenFull: must be "ignore" or "refuse": an id is never given to another term, got "prune"',
      'p.yaml:5:32: fields.k.ngrams: must be [fewest, most] words in a row, from 1 to 8, got [2,1]',
    ],
    [
      'an option of text that is misspelt',
      'source: { stdin: {} }\nfields: { l: { method: hashing, maxterms: 5 } }',
      'p.yaml:2:33: fields.l.maxterms: must be absent: there is no such option, did you mean maxTerms?',
    ],
    [
      'a device that has nothing to do',
      'source: { stdin: {} }\nbatch: { backend: webgpu }',
      'p.yaml:2:19: batch.backend: must be auto or cpu where no field has the method batch, got "webgpu": values scored one by one are scored on the CPU',
    ],
    [
      'what goes with a Kafka source alone',
      'source: { stdin: {} }\nworkers: 2\nstate: { store: kafka }\nhttp: { port: 9464 }',
      'p.yaml:2:10: workers: must be absent: it goes with a Kafka source',
      'p.yaml:3:17: state.store: must be file or memory, got "kafka": the source is not Kafka',
      'p.yaml:4:7: http: must be absent: it goes with a Kafka source',
    ],
    [
      'what is wrong with a Kafka source',
      'source: { kafka: { brokers: localhost, topic: t, groupId: g, sessionTimeout: soon } }',
      'p.yaml:1:29: source.kafka.brokers: must be host:port, got "localhost"',
      'p.yaml:1:78: source.kafka.sessionTimeout: must be a duration like "250ms", "5m", "1.5h" or "7d", got "soon"',
    ],
    [
      'topics and guarantees that do not go together',
      `source: { kafka: { brokers: "h:1", topic: t, groupId: g } }
sink: { kafka: { topic: t } }
deadLetter: { kafka: { topic: g-t-changelog } }
state: { checkpointEvery: 1s }`,
      'p.yaml:2:25: sink.kafka.topic: must be another topic than source.kafka.topic, got "t"',
      'p.yaml:4:1: state.topic: must be another topic than deadLetter.kafka.topic, got "g-t-changelog"',
      'p.yaml:4:27: state.checkpointEvery: must be absent: with exactly-once every transaction holds the state',
    ],
    [
      'exactly-once without what it needs',
      'source: { kafka: { brokers: "h:1", topic: t, groupId: g } }\nsink: stdout\ndelivery: exactly-once\nworkers: 2',
      'p.yaml:3:11: delivery: must be at-least-once, got "exactly-once": the sink is not Kafka',
      'p.yaml:4:10: workers: must be 1, got 2: several cannot write to one output',
    ],
    [
      'every fault at once',
      'source: { stdin: { fromat: csv } }\ndefaults: { ordr: x, missing: 3 }\nstrict: maybe',
      'p.yaml:1:20: source.stdin.fromat: must be absent: there is no such option, did you mean format?',
      'p.yaml:2:31: defaults.missing: must be one of "skip", "error", "impute", got 3',
      'p.yaml:2:13: defaults.ordr: must be absent: there is no such option, did you mean order?',
      'p.yaml:3:9: strict: must be a boolean, got "maybe"',
    ],
  ])('names the place of %s', (_, text, ...faults) => {
    expect([...faultsOf(text)].sort()).toEqual([...faults].sort());
  });
});

const DEFAULTS = { order: 'learn-first', warmup: 12, whileWarming: 'null' };

describe('loadConfig on hostile text', () => {
  const tenMegabytes = `source: { stdin: {} }\n# ${'x'.repeat(10e6)}`;
  it.each<[what: string, text: string, fault: RegExp]>([
    ['10 MB', tenMegabytes, /^p\.yaml:1:1: must be at most 131072 characters, got 10000024$/],
    [
      'sequences 10,000 deep',
      `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
      /^p\.yaml:1:\d+: must be nested at most/,
    ],
    ['mappings 10,000 deep', '{a: '.repeat(10_000), /^p\.yaml:1:\d+: must be nested at most/],
    ['dashes 10,000 deep', '- '.repeat(10_000), /^p\.yaml:1:\d+: must be nested at most/],
    [
      'keys 300 deep by indentation',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested at most/,
    ],
    [
      'aliases of aliases',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]`,
      /^p\.yaml:2:8: \*a must not stand inside what an anchor names$/,
    ],
    ['an alias of itself', 'fields: &a { b: *a }', /^p\.yaml:1:17: \*a must not stand inside what an anchor names$/],
    ['an alias of nothing', 'fields: *a', /^p\.yaml:1:9: \*a must name an anchor that stands before it$/],
    ['very many aliases', `a: &a 1\nb: [${'*a ,'.repeat(101)}]`, /^p\.yaml:2:\d+: must have at most 100 aliases$/],
    ['a doubled key', 'strict: true\nstrict: false', /^p\.yaml:2:1: strict: must stand once, got it again$/],
    ['a merge key', 'defaults: &d { warmup: 1 }\nfields:\n  <<: *d', /^p\.yaml:3:3: << must not be a key$/],
    ['a prototype as key', 'fields:\n  __proto__: { warmup: 1 }', /^p\.yaml:2:3: __proto__ must not be a key$/],
    [
      'a constructor as key',
      '{"constructor": {"prototype": {"x": 1}}}',
      /^p\.yaml:1:2: constructor must not be a key$/,
    ],
    ['a key that is no text', 'fields:\n  ? [a, b]\n  : z-score', /^p\.yaml:2:5: a key must be text$/],
    ['a tab as indentation', 'source:\n\tstdin: {}', /^p\.yaml:2:\d+: .*[Tt]ab/],
    ['a tag of JavaScript', 'source: !!js/function "x"', /^p\.yaml:1:9: Unresolved tag/],
    ['a directive', '%YAML 1.1\n---\nstrict: yes', /^p\.yaml:1:1: must be YAML 1\.2 without directives$/],
    ['two documents', 'strict: true\n---\nstrict: false', /^p\.yaml:2:1: must be one document, got several$/],
    ['64,000 documents', '---\n'.repeat(30_000), /must be one document/],
    ['only closing brackets', '}'.repeat(100_000), /^p\.yaml:1:1: /],
    ['only quotes', '"'.repeat(100_000), /^p\.yaml:1:\d+: /],
    ['NUL', '\0', /^p\.yaml:1:1: /],
  ])('refuses %s, and says where', (_, text, fault) => {
    expect(faultsOf(text)[0]).toMatch(fault);
  });

  it('takes a mapping of many keys in its stride', () => {
    const fields = Array.from({ length: 5000 }, (_, i) => `  f${i}: z-score`).join('\n');
    expect(load(`source: { stdin: {} }\nfields:\n${fields}`).fields.named).toHaveLength(5000);
  });

  const word = fc.constantFrom(
    'source', 'stdin', 'file', 'fields', 'defaults', '__proto__', 'constructor', '<<', 'z-score', 'memory', 'window', 'toString',
    '&a ', '*a', '!!set', '!!js/x', '${X}', '${file:/x}', '- ', ': ', ', ', '? ', '{', '}', '[', ']', '"', "'", '|', '>', '#', '%', '---',
    '\n', '\n  ', '\t', '\ufeff', '\0', '1e999', '.nan', 'null', '~', '0x1F', '07', '\u2028', '\ud800',
  ); // biome-ignore format: a list of words
  it('throws nothing but ConfigError and leaves no trace on prototypes', () => {
    const texts = fc.oneof(
      fc.array(fc.oneof(word, fc.string({ maxLength: 4 })), { maxLength: 40 }).map((words) => words.join('')),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .tuple(
          fc.constantFrom('record', 'fields', 'defaults', 'output', 'sink', 'state', 'batch', 'http'),
          fc.jsonValue(),
        )
        .map(([section, value]) => `{"source": {"stdin": {}}, "${section}": ${JSON.stringify(value)}}`),
      fc
        .tuple(fc.constantFrom('method', 'memory', 'clip', 'range', 'quantiles', 'warmup', 'ddof'), fc.jsonValue())
        .map(
          ([option, value]) => `{"source": {"stdin": {}}, "fields": {"f": {"${option}": ${JSON.stringify(value)}}}}`,
        ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          load(text);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          for (const fault of error.faults) expect(fault).toMatch(/^p\.yaml:\d+:\d+: |^… and/);
        }
        expect(({} as { x?: unknown }).x).toBeUndefined();
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('${…} in a configuration', () => {
  const file = (path: string) => `source: { file: { path: ${path} } }`;
  const pathOf = (text: string, env?: Record<string, string>) => {
    const { source } = load(text, env);
    return source.kind === 'file' ? source.paths[0] : undefined;
  };

  it('is the environment, a default or the content of a file', () => {
    expect(pathOf(file('"${DIR}/a.csv"'), { DIR: '/data' })).toBe('/data/a.csv');
    expect(pathOf(file('"${DIR:-/tmp}/a.csv"'))).toBe('/tmp/a.csv');
    expect(pathOf(file('"${DIR:-/tmp}/a.csv"'), { DIR: '/data' })).toBe('/data/a.csv');
    expect(pathOf(file('"${file:/run/secrets/name}"'))).toBe('hunter2');
  });

  it('is a number or a boolean where it stands without quotes', () => {
    const text = 'source: { stdin: {} }\nstrict: ${STRICT}\ndefaults:\n  warmup: ${WARMUP}';
    expect(load(text, { STRICT: 'true', WARMUP: '7' })).toMatchObject({
      strict: true,
      fields: { others: { warmup: 7 } },
    });
  });

  it('is never structure', () => {
    const text = 'source: { stdin: {} }\ndefaults: ${X}';
    expect(faultsOf(text, { X: '{ warmup: 1 }' })).toEqual(['p.yaml:2:11: defaults: must be a mapping, got "${X}"']);
    expect(pathOf(file('"${X}"'), { X: 'a"\n__proto__: &a [*a]' })).toBe('a"\n__proto__: &a [*a]');
    expect(pathOf(file('"${X}"'), { X: '${Y}', Y: 'never' })).toBe('${Y}');
  });

  it('has to be there', () => {
    expect(faultsOf(file('"${DIR}/${FILE}"'))).toEqual([
      'p.yaml:1:25: source.file.path: ${DIR} must be set in the environment, got nothing',
    ]);
    expect(faultsOf(file('"${file:/none}"'))).toEqual([
      'p.yaml:1:25: source.file.path: ${file:/none} must be a file that can be read, got ENOENT',
    ]);
    expect(faultsOf(file('"${DIR"'))[0]).toMatch(/must be closed by }/);
    expect(faultsOf(file('"${A:-${B}}"'))[0]).toMatch(/must be closed by }/);
    expect(faultsOf(file('"${1}"'))[0]).toMatch(/must be \$\{NAME}/);
  });

  it('needs quotes inside brackets, which a fault says', () => {
    expect(faultsOf(file('${DIR}')).join('\n')).toMatch(/inside \{ } and \[ ] put \$\{…} in quotes/);
  });

  it('is shown as it is written, whatever is wrong with it', () => {
    const secret = 'hunter2';
    for (const text of [
      'source: { stdin: {} }\ndefaults: { order: "${S}" }',
      'source: { stdin: {} }\nfields: "${S}"',
      'source: { stdin: {} }\nfields: { f: "${S}" }',
      'source: { stdin: {} }\nfields: { f: { memory: { window: "${S}" } } }',
      'source: { stdin: {} }\nfields: { f: { clip: ["${S}", 1] } }',
      'source: { stdin: {} }\nstate: { ttl: "${S}" }\nrecord: { time: ts }',
      'source: { stdin: {} }\nstate: { store: memory, path: "${file:/run/secrets/name}" }',
      'source: ["${S}"]',
    ]) {
      const faults = faultsOf(text, { S: secret }).join('\n');
      expect(faults, text).not.toContain(secret);
    }
    expect(faultsOf('source: { stdin: {} }\nstate: { ttl: "${S}" }\nrecord: { time: ts }', { S: secret })).toEqual([
      'p.yaml:2:15: state.ttl: must be a duration like "250ms", "5m", "1.5h" or "7d", got "${S}"',
    ]);
  });

  it('is told to whoever has to hide it', () => {
    const told: [string, string][] = [];
    loadConfig(file('"${file:/run/secrets/name}"'), {
      file: 'p.yaml',
      env: {},
      readSecret: () => 'hunter2',
      onSubstitute: (value, written) => told.push([value, written]),
    });
    expect(told).toEqual([['hunter2', '${file:/run/secrets/name}']]);
  });
});
