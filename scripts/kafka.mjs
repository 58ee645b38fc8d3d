// npm run kafka: a real Apache Kafka on this machine, without Docker, until Ctrl-C. Its data goes with it.
import { kafkaVersions, missingForKafka, startKafka } from './kafka/broker.mjs';
import { readFlags } from './read-flags.mjs';

const help = `npm run kafka -- [flags]

  --nodes N        brokers, 1 to 9 (1)
  --version V      of Kafka: ${kafkaVersions.join(' or ')} (${kafkaVersions[0]})
  --heap SIZE      of each broker (512m)
  --secure         listeners with SASL and TLS too; says what a client needs for them

KAFKA_BROKERS names a broker that is there: then none is started.`;

const { values } = readFlags(help, {
  options: {
    nodes: { type: 'string', default: '1' },
    version: { type: 'string', default: kafkaVersions[0] },
    heap: { type: 'string', default: '512m' },
    secure: { type: 'boolean', default: false },
  },
});

if (process.env.KAFKA_BROKERS) {
  console.log(`KAFKA_BROKERS names a broker that is already there: ${process.env.KAFKA_BROKERS}`);
  process.exit(0);
}
const nodes = Number(values.nodes);
if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= 9))
  fail(`--nodes must be an integer from 1 to 9, got ${values.nodes}`, 2);
const missing = missingForKafka(values.version);
if (missing) fail(missing, 1);

console.error(`starting Apache Kafka ${values.version} …`);
try {
  const kafka = await startKafka({ version: values.version, nodes, heap: values.heap, secure: values.secure });
  console.log(`KAFKA_BROKERS=${kafka.brokers.join(',')}`);
  if (kafka.security) console.log(JSON.stringify(kafka.security, null, 2));
  console.error('ready; Ctrl-C stops it and removes its data');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => kafka.stop().then(() => process.exit(0)));
} catch (error) {
  fail(error.message, 1);
}

function fail(sentence, code) {
  console.error(sentence);
  process.exit(code);
}
