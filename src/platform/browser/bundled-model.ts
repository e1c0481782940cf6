import type { ModelSource } from './model-source.ts';

/**
 * The checkpoint that comes with the package. Bundlers see `new URL('package/file', import.meta.url)`
 * and serve the files beside the app; `no-inline` keeps small ones out of the script, where a
 * content security policy may not allow `data:` addresses.
 */
export const bundledModel = (): ModelSource & { kind: 'url' } => {
  const files = {
    'config.json': new URL('upwind/models/upwind-vit/config.json?no-inline', import.meta.url).href,
    'preprocessor_config.json': new URL(
      'upwind/models/upwind-vit/preprocessor_config.json?no-inline',
      import.meta.url,
    ).href,
    'upwind.json': new URL('upwind/models/upwind-vit/upwind.json?no-inline', import.meta.url).href,
    'model.safetensors': new URL(
      'upwind/models/upwind-vit/model.safetensors?no-inline',
      import.meta.url,
    ).href,
  };
  return { kind: 'url', url: files['config.json'], name: 'upwind-vit', files, withPage: true };
};
