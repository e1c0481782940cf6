import { throwIfAborted } from '../../site/abort.ts';
import { UserError } from '../../site/user-error.ts';
import type { ImageDecoder } from '../../imagery/image-source.ts';

/**
 * Decodes with the browser's own codecs, in a page or a worker. Colour management is off, so
 * that the levels are those in the file, as they are in Node; orientation tags are heeded.
 */
export function createBrowserImageDecoder(): ImageDecoder {
  return {
    async decode(bytes, { signal } = {}) {
      throwIfAborted(signal);
      const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
        colorSpaceConversion: 'none',
        premultiplyAlpha: 'none',
        imageOrientation: 'from-image',
      }).catch((error: unknown) => {
        throw new UserError('This picture cannot be decoded. PNG, JPEG and WebP can.', {
          cause: error,
        });
      });
      try {
        throwIfAborted(signal);
        const { width, height } = bitmap;
        const canvas = new OffscreenCanvas(width, height);
        // Kept in memory rather than on the GPU: all we do is read it back.
        const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
        if (!context) throw new UserError('This browser gives no canvas to decode pictures with.');
        context.drawImage(bitmap, 0, 0);
        return { width, height, rgba: context.getImageData(0, 0, width, height).data };
      } finally {
        bitmap.close();
      }
    },
  };
}
