import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/pipeline/config-json-schema.js';

interface Schema {
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
}

describe('configJsonSchema', () => {
  it('is what the package holds: node scripts/generate-schema.mjs writes it', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('../../streamnorm.schema.json', import.meta.url), 'utf8'),
    );
    expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  it('knows no option beyond those of the configuration', () => {
    const open: string[] = [];
    const walk = (schema: Schema, path: string) => {
      if (schema.properties && schema.additionalProperties !== false) open.push(path);
      for (const [name, inner] of Object.entries(schema.properties ?? {})) walk(inner, `${path}.${name}`);
      for (const inner of schema.anyOf ?? []) walk(inner, path);
    };
    walk(configJsonSchema() as Schema, 'configuration');
    expect(open).toEqual([]);
  });
});
