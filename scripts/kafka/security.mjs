// The listeners with SASL and TLS that the security tests speak to, and the certificates and users for them.
// The passwords guard a broker on the loopback that lives for one test run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const user = 'plant';
const password = 'sensor-secret';

/** Kafka's properties for listeners SASL_PLAINTEXT, SSL (mutual) and SASL_SSL on `ports`, and what a client needs for them. */
export function securityProperties(folder, [saslPort, tlsPort, saslTlsPort]) {
  const tls = certificates(join(folder, 'tls'));
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const bearer = `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="${user}";`;
  const jaas = (listener) => ({
    [`listener.name.${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`listener.name.${listener}.plain.sasl.jaas.config`]: plain,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.oauthbearer.sasl.jaas.config`]: bearer,
  });
  return {
    properties: (port, controllerPort) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SASL_PLAINTEXT://127.0.0.1:${saslPort},SSL://localhost:${tlsPort},SASL_SSL://localhost:${saslTlsPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},SSL://localhost:${tlsPort},SASL_SSL://localhost:${saslTlsPort}`,
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
      ...jaas('sasl_plaintext'),
      ...jaas('sasl_ssl'),
      // Tokens live for seconds here, so that a session has to authenticate again while it runs.
      'connections.max.reauth.ms': 5000,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': tls.keystore,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': tls.ca,
      'listener.name.ssl.ssl.client.auth': 'required',
    }),
    scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${user},password=${password}]`),
    client: {
      sasl: `127.0.0.1:${saslPort}`,
      tls: `localhost:${tlsPort}`,
      saslTls: `localhost:${saslTlsPort}`,
      user,
      password,
      ca: tls.ca,
      cert: tls.cert,
      key: tls.key,
    },
  };
}

/** A certificate authority, a server's certificate for localhost and a client's, all good for a day, as PEM files. */
function certificates(folder) {
  mkdirSync(folder, { mode: 0o700 });
  const file = (name) => join(folder, name);
  const key = (name) =>
    openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', file(name)]);
  key('ca.key');
  openssl([
    'req',
    '-x509',
    '-new',
    '-key',
    file('ca.key'),
    '-days',
    '1',
    '-subj',
    '/CN=test authority',
    '-out',
    file('ca.pem'),
  ]);
  for (const [name, subject, extensions] of [
    ['server', '/CN=localhost', 'subjectAltName=DNS:localhost'],
    ['client', `/CN=${user}`, 'extendedKeyUsage=clientAuth'],
  ]) {
    key(`${name}.key`);
    writeFileSync(file(`${name}.ext`), extensions);
    openssl(['req', '-new', '-key', file(`${name}.key`), '-subj', subject, '-out', file(`${name}.csr`)]);
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '1'];
    openssl([
      'x509',
      '-req',
      '-in',
      file(`${name}.csr`),
      ...signer,
      '-extfile',
      file(`${name}.ext`),
      '-out',
      file(`${name}.pem`),
    ]);
  }
  writeFileSync(
    file('keystore.pem'),
    readFileSync(file('server.key'), 'utf8') + readFileSync(file('server.pem'), 'utf8'),
  );
  return { ca: file('ca.pem'), keystore: file('keystore.pem'), cert: file('client.pem'), key: file('client.key') };
}

function openssl(args) {
  const { status, error, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error || status !== 0)
    throw new Error(
      `openssl is needed for the certificates of the secure listeners: ${error?.message ?? stderr.trim().split('\n').at(-1)}`,
    );
}
