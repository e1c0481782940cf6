import { UserError } from './user-error.ts';

/**
 * SHA-256 in lower-case hex, by WebCrypto, which browsers and Node share.
 * @throws UserError where the page was not opened over https or localhost: browsers then withhold WebCrypto
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBufferLike>): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (!subtle) {
    throw new UserError(
      'This browser offers no cryptography to pages opened over plain http. Open Upwind over https, or from localhost.',
    );
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
