import type { Reader } from '@platformatic/kafka';

/** Passes over the tagged fields at the end of a structure: a count, then tag, length and bytes of each. */
export function skipTaggedFields(reader: Reader): void {
  for (let left = reader.readUnsignedVarInt(); left > 0; left--) {
    reader.readUnsignedVarInt();
    reader.skip(reader.readUnsignedVarInt());
  }
}
