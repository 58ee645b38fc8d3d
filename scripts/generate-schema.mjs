// Writes streamnorm.schema.json, the JSON Schema of the configuration, from what is built. A test fails when the file is stale.
import { writeFileSync } from 'node:fs';
import { ensureBuilt } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureBuilt(root);
const { configJsonSchema } = await import(new URL('dist/src/pipeline/config-json-schema.js', root).href);
writeFileSync(new URL('streamnorm.schema.json', root), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
