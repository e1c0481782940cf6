/**
 * Pictures kept on the device between visits. Keys carry no secrets. Implementations bound
 * their size and forget what was used longest ago; none of them may throw for a lost entry.
 */
export interface TileCache {
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}
