import { Document, isMap, type Node } from 'yaml';
import type { FieldAdvice } from '../../advise/advise.js';

/** The recommendations as YAML to paste: short where a method says it all, each with what decided it. */
export function advisedConfig(
  advice: readonly FieldAdvice[],
  record: { key?: readonly string[]; time?: string },
): string {
  const fields = Object.fromEntries(
    advice.map(({ field, options }) => [field, Object.keys(options).length === 1 ? options.method : options]),
  );
  const { key = [], time } = record;
  const document = new Document({
    ...((key.length > 0 || time !== undefined) && {
      record: { ...(key.length > 0 && { key: key.length === 1 ? key[0] : key }), ...(time !== undefined && { time }) },
    }),
    fields,
  });
  const flow = (node: unknown) => isMap(node) && Object.assign(node, { flow: true });
  flow(document.get('record'));
  for (const { field, reasons } of advice) {
    const node = document.getIn(['fields', field], true) as Node;
    flow(node);
    node.comment = ` ${reasons[0]!.split(/[:;]/)[0]}`;
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
