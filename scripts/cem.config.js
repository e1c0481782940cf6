// Custom-elements manifest: what editors and documentation read of the elements.

/** The analyzer takes the first argument of any `dispatchEvent(new …)` for an event's name: only
 * events that a docstring names are kept. */
const documentedEvents = {
  name: 'upwind-documented-events',
  packageLinkPhase({ customElementsManifest }) {
    for (const { declarations = [] } of customElementsManifest.modules) {
      for (const one of declarations) {
        if (one.events) one.events = one.events.filter((event) => event.name && event.description);
      }
    }
  },
};

export default {
  globs: ['components/**/*.ts'],
  exclude: ['components/**/*.styles.ts', 'components/shared/strings/**'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
  plugins: [documentedEvents],
};
