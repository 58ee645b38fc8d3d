import { z } from 'zod';
import { configSchema } from './config-schema.js';

/** The configuration as JSON Schema, for editors: what the package holds as `streamnorm.schema.json`. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return { $schema, title: 'Configuration of streamnorm run', ...schema };
}
