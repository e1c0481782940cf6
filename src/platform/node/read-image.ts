import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { RgbImage } from '../../imagery/patch.ts';
import { UserError } from '../../site/user-error.ts';

/**
 * A picture file as RGB, alpha dropped and EXIF rotation ignored, as Pillow's `convert('RGB')` does.
 * @throws UserError where there is no such file or it is no picture
 */
export async function readImage(path: string): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(
      code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${code}).`,
    );
  }
  try {
    const { data, info } = await sharp(bytes)
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
  } catch {
    throw new UserError(`${path} is not a picture that can be read (PNG, JPEG or WebP).`);
  }
}
