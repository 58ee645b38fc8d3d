import type { OutputMode } from './record-encoder.js';
import type { ScoredField, ScoredModel, ScoredVector } from './scored-batch.js';

/** The columns that a CSV output has behind those of the input: scores where they are added, and extras, of each field; then what models say. */
export function addedColumns(
  fields: readonly (ScoredField | ScoredVector)[],
  models: readonly ScoredModel[],
  mode: OutputMode,
): string[] {
  const extrasOf = ({ name, extras }: { name: string; extras: readonly { readonly name: string }[] }) =>
    extras.map((extra) => `${name}_${extra.name}`);
  return [
    ...fields.flatMap((field) => [...(mode === 'add' ? [`${field.name}_normalized`] : []), ...extrasOf(field)]),
    ...models.flatMap(extrasOf),
  ];
}
