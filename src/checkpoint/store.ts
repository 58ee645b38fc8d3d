/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** Keeps a checkpoint; when it resolves, the checkpoint survives the loss of power. The one before is kept too. */
  save(chunks: Iterable<Uint8Array>): Promise<void>;
  /**
   * What `read` makes of the newest checkpoint that it can read, undefined when there is none.
   * @param read throws for a checkpoint that is damaged; then the one before is tried
   * @param onDamaged told of each that could not be read
   * @throws CorruptCheckpointError when there are checkpoints and none can be read
   */
  load<T>(read: (bytes: Uint8Array) => T, onDamaged?: (what: string, cause: unknown) => void): Promise<T | undefined>;
}
