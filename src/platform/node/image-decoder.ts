import sharp from 'sharp';
import { throwIfAborted } from '../../site/abort.ts';
import { UserError } from '../../site/user-error.ts';
import type { ImageDecoder } from '../../imagery/image-source.ts';

/** Pictures of people's own datasets may be larger than tiles; this bounds memory at 400 MB. */
const MOST_PIXELS = 100_000_000;

/**
 * Decodes PNG, JPEG and WebP with sharp, as a browser would with colour management off: embedded
 * profiles are ignored, orientation tags heeded, greys and palettes become RGB, 16 bits become 8.
 */
export function createNodeImageDecoder(): ImageDecoder {
  return {
    async decode(bytes, { signal } = {}) {
      throwIfAborted(signal);
      try {
        const { data, info } = await sharp(bytes, {
          limitInputPixels: MOST_PIXELS,
          failOn: 'truncated',
          ignoreIcc: true,
        })
          .autoOrient()
          .toColourspace('srgb')
          .ensureAlpha()
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true });
        throwIfAborted(signal);
        const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        return { width: info.width, height: info.height, rgba };
      } catch (error) {
        throwIfAborted(signal);
        const reason =
          error instanceof Error ? error.message.split('\n')[0]!.trim() : 'unknown format';
        throw new UserError(`This picture cannot be decoded (${reason}). PNG, JPEG and WebP can.`, {
          cause: error,
        });
      }
    },
  };
}
