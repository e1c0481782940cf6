/** What Upwind says on other people's pages: the control's button and panel, an element on its own. */
export const plugStrings = {
  'control.button': 'Wind exposure of a site',
  'control.panel': 'Wind exposure',
  'control.close': 'Close',
  'control.hint': 'Click a building on the map.',
  'control.imagery': 'Pictures read: {attribution}',
  'control.settings': 'Imagery, model and rules',

  'plug.loading': 'Loading the model…',
  'plug.running': '{done} of {total} tiles read',
  'plug.done': 'Exposure {exposure} governs',
  'plug.failed': 'Not analysed: {message}',
} as const;
