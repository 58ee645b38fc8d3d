import { readSample } from './try/read-sample.js';
import { type Advice, adviseOn, fieldNames, keyNames, type TriedField, tryField } from './try/try-out.js';

/** A file that is to be tried, and what its series are told apart by; undefined: what seems likeliest. */
export interface TryRequest {
  bytes: Uint8Array;
  /** Empty: all records are one series. */
  key: string | undefined;
}

/** What comes back, piece by piece. */
export type TryAnswer =
  | {
      kind: 'sample';
      format: string;
      records: number;
      bad: number;
      firstFault: string | undefined;
      isCut: boolean;
      keys: string[];
      key: string;
      fields: string[];
    }
  | { kind: 'field'; field: TriedField }
  | { kind: 'advice'; advice: Advice }
  | { kind: 'done' }
  | { kind: 'fault'; message: string };

/** The part of a worker's globals that is used here. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: TryRequest }) => void;
  postMessage(answer: TryAnswer): void;
};

scope.onmessage = ({ data: { bytes, key } }) => {
  try {
    const { format, records, bad, firstFault, isCut } = readSample(bytes);
    const keys = keyNames(records);
    const chosen = key === undefined ? (keys[0] ?? '') : keys.includes(key) ? key : '';
    const fields = fieldNames(records).filter((name) => name !== chosen);
    scope.postMessage({
      kind: 'sample',
      format,
      records: records.length,
      bad,
      firstFault,
      isCut,
      keys,
      key: chosen,
      fields,
    });
    const by = chosen === '' ? undefined : chosen;
    for (const field of fields) scope.postMessage({ kind: 'field', field: tryField(records, field, by) });
    for (const field of fields) {
      const advice = adviseOn(records, field, by);
      if (advice !== undefined) scope.postMessage({ kind: 'advice', advice });
    }
    scope.postMessage({ kind: 'done' });
  } catch (error) {
    scope.postMessage({ kind: 'fault', message: (error as Error).message });
  }
};
