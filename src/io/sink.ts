/** Where output goes. */
export interface Sink {
  readonly name: string;
  /**
   * Resolves once the bytes are on their way and more may come: that is the back pressure. `bytes` may be used again after that.
   * @throws OutputClosedError when nobody reads any more
   * @throws StorageError naming the file
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes all that was written survive the loss of power, and says how long the output is now: a length to resume at. */
  flush(): Promise<number>;
  close(): Promise<void>;
}
