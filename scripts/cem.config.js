// Custom-elements manifest: what editors and documentation read of the elements.
export default {
  globs: ['components/**/*.ts'],
  exclude: ['components/**/*.styles.ts', 'components/shared/strings/**'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
};
