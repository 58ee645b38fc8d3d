import { TransportError } from '../kafka-errors.js';
import type { RawRequest } from './cluster.js';
import { skipTaggedFields } from './skip-tagged-fields.js';

/**
 * ApiVersions, version 3 (brokers from 2.4 on), for the levels of features that all brokers of the cluster have agreed on.
 * Their codec in the client library leaves them out.
 *
 *     => client_software_name client_software_version
 *     <= error_code [api_key min_version max_version] throttle_time_ms {2: [name max_version_level min_version_level]}
 */
export const finalizedFeatures: RawRequest<ReadonlyMap<string, number>> = {
  key: 18,
  version: 3,
  flexible: true,
  flexibleAnswer: false,
  write(writer) {
    writer.appendString('streamnorm').appendString('1').appendTaggedFields();
  },
  read(reader) {
    const errorCode = reader.readInt16();
    if (errorCode !== 0) throw new TransportError('the broker did not tell its features', false, [errorCode]);
    reader.readArray(
      (each) => {
        each.skip(6);
        skipTaggedFields(each);
      },
      true,
      false,
    );
    reader.readInt32();
    const levels = new Map<string, number>();
    for (let left = reader.readUnsignedVarInt(); left > 0; left--) {
      const tag = reader.readUnsignedVarInt();
      const length = reader.readUnsignedVarInt();
      if (tag !== 2) reader.skip(length);
      else
        reader.readArray(
          (each) => {
            levels.set(each.readString(), each.readInt16());
            each.skip(2);
            skipTaggedFields(each);
          },
          true,
          false,
        );
    }
    return levels;
  },
};
