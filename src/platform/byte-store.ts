/** Keeps downloaded files on the device. Losing it costs a download, never an answer. */
export interface ByteStore {
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}
