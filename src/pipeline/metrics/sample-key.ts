/** Label values as one text that no other label values have, whatever they hold. */
export function sampleKey(labels: readonly string[]): string {
  return labels.length === 1 ? labels[0]! : labels.map((label) => `${label.length}:${label}`).join('');
}
