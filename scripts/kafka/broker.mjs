// A real Apache Kafka (KRaft) from its Maven jars, for `npm run kafka` and for the integration tests.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { securityProperties } from './security.mjs';

/** The versions that the tests run against: the newest of the last two major lines. */
export const kafkaVersions = ['4.4.0', '3.9.1'];

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const guard = join(here, 'guard.mjs');

/** What is missing to run a broker here, as a sentence, or null when nothing is. */
export function missingForKafka(version = kafkaVersions[0]) {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error || java.status !== 0)
    return 'Apache Kafka needs Java 17 or newer: install one (for example openjdk-17-jre-headless) so that `java` is on the path, or name a running broker in KAFKA_BROKERS';
  const major = Number(/version "(\d+)/.exec(java.stderr)?.[1]);
  if (major < 17)
    return `Apache Kafka needs Java 17 or newer, this is Java ${major}; or name a running broker in KAFKA_BROKERS`;
  if (existsSync(libOf(version))) return null;
  const maven = spawnSync('mvn', ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (maven.error || maven.status !== 0)
    return "Apache Kafka's jars come by Maven: install it so that `mvn` is on the path, or name a running broker in KAFKA_BROKERS";
  return null;
}

/** Brings the jars of a version into .cache/kafka/<version>/lib, once. */
function fetchKafka(version = kafkaVersions[0]) {
  const lib = libOf(version);
  if (existsSync(lib)) return lib;
  const partial = `${lib}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const goal = 'dependency:copy-dependencies';
  const args = [
    '-q',
    '-B',
    '-f',
    join(here, 'pom.xml'),
    `-Dkafka.version=${version}`,
    goal,
    `-DoutputDirectory=${partial}`,
  ];
  const { status, error, stdout, stderr } = spawnSync('mvn', args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(
      `Maven could not bring Apache Kafka ${version}: ${error?.message ?? (stdout + stderr).trim().split('\n')[0]}`,
    );
  }
  try {
    renameSync(partial, lib);
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(lib)) throw cause; // else another process brought the same jars meanwhile
  }
  return lib;
}

/**
 * Starts Kafka: `nodes` brokers that are controllers too, on free ports of the loopback, data in a temporary folder.
 * `secure` adds listeners with SASL and TLS. `collector` is Java's: the serial one costs least, and stops a broker for some 20 ms each second
 * that it has work; Z never stops it for as much as one. Resolves when every node answers.
 */
export async function startKafka({
  version = kafkaVersions[0],
  nodes = 1,
  heap = '512m',
  collector = 'Serial',
  secure = false,
  properties = {},
} = {}) {
  const missing = missingForKafka(version);
  if (missing) throw new Error(missing);
  const lib = fetchKafka(version);
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-kafka-'));
  try {
    const ids = Array.from({ length: nodes }, (_, index) => index + 1);
    const ports = await freePorts(nodes * 2 + (secure ? 3 : 0));
    const security = secure ? securityProperties(folder, ports.slice(nodes * 2)) : null;
    const voters = ids.map((id) => `${id}@127.0.0.1:${ports[nodes + id - 1]}`).join(',');
    const id = randomBytes(16);
    id[0] &= 0x7f; // a text that begins with "-", as one in 64 does, is taken for a flag
    const cluster = id.toString('base64url');
    const brokers = ids.map((id) => new BrokerNode({ id, lib, heap, collector, folder, port: ports[id - 1] }));
    for (const broker of brokers) {
      const file = join(folder, `node-${broker.id}.properties`);
      const all = {
        ...nodeProperties(broker.id, ports[broker.id - 1], ports[nodes + broker.id - 1], voters, nodes, folder),
        ...security?.properties(ports[broker.id - 1], ports[nodes + broker.id - 1]),
        ...properties,
      };
      writeFileSync(
        file,
        Object.entries(all)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      );
      broker.file = file;
      format(lib, cluster, file, security?.scram ?? []);
    }
    await Promise.all(brokers.map((broker) => broker.start()));
    return {
      version,
      brokers: brokers.map((broker) => `127.0.0.1:${broker.port}`),
      nodes: brokers,
      security: security?.client ?? null,
      async stop() {
        await Promise.all(brokers.map((broker) => broker.kill()));
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** One broker process, which can be stopped, killed, frozen and started again on the data it has. */
class BrokerNode {
  #process = null;
  #pid = 0;

  constructor({ id, lib, heap, collector, folder, port }) {
    Object.assign(this, { id, lib, heap, collector, folder, port, file: '' });
  }

  /** Where it keeps its partitions: for a test that damages them. */
  get data() {
    return join(this.folder, `data-${this.id}`);
  }

  get running() {
    return this.#process !== null;
  }

  async start() {
    const java = [
      `-Xmx${this.heap}`,
      '-Xms128m',
      `-XX:+Use${this.collector}GC`,
      '-XX:TieredStopAtLevel=4',
      '-cp',
      join(this.lib, '*'),
      'kafka.Kafka',
      this.file,
    ];
    const child = spawn(process.execPath, [guard, this.folder, 'java', ...java], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#pid ||= Number(/^pid (\d+)/.exec(text)?.[1] ?? 0);
        said = (said + text).slice(-4000);
      });
    }
    child.stdin.on('error', () => {});
    child.on('exit', () => {
      this.#process = null;
      this.#pid = 0;
    });
    const until = Date.now() + 180_000;
    while (!(await answers(this.port))) {
      if (this.#process === null)
        throw new Error(`the Kafka broker ended while it was starting:\n${said.replace(/^pid .*\n/, '')}`);
      if (Date.now() > until) throw new Error('the Kafka broker did not answer within 180 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As an operator stops a broker: it hands its work over and leaves. */
  stop() {
    return this.#signal('SIGTERM');
  }

  /** As a power failure stops it. */
  kill() {
    return this.#signal('SIGKILL');
  }

  /** Freezes it: connections stay open and nothing is answered. */
  freeze() {
    if (this.#pid) process.kill(this.#pid, 'SIGSTOP');
  }

  thaw() {
    if (this.#pid) process.kill(this.#pid, 'SIGCONT');
  }

  #signal(signal) {
    const child = this.#process;
    if (child === null) return Promise.resolve();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (this.#pid) process.kill(this.#pid, signal);
    else child.kill('SIGKILL');
    return gone;
  }
}

function nodeProperties(id, port, controllerPort, voters, nodes, folder) {
  const replicas = Math.min(nodes, 3);
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(folder, `data-${id}`),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': Math.max(1, replicas - 1),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    // Records with the time of another year stay, whatever it is, unless a topic says otherwise.
    'log.retention.ms': -1,
    'log.retention.check.interval.ms': 1000,
    'log.initial.task.delay.ms': 500,
    'transaction.partition.verification.enable': true,
  };
}

function format(lib, cluster, file, scram) {
  const args = ['-Xmx128m', '-cp', join(lib, '*'), 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', file];
  const { status, stdout, stderr } = spawnSync('java', [...args, ...scram.flatMap((user) => ['--add-scram', user])], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Kafka could not format its folder: ${(stdout + stderr).trim().split('\n')[0]}`);
}

function libOf(version) {
  return join(root, '.cache', 'kafka', version, 'lib');
}

/** Ports that were free a moment ago; held together so that no two are the same. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether a broker answers an ApiVersions request: an open port alone is not yet a broker. */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('error', () => done(false));
    // Size 10, ApiVersions (18) version 0, correlation 1, no client id.
    socket.once('connect', () => socket.write(Buffer.from('0000000a0012000000000001ffff', 'hex')));
    socket.once('data', () => done(true));
    socket.once('close', () => done(false));
  });
}
