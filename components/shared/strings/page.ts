/** What the page itself says: site, map, rose, table, pickers, exports. */
export const pageStrings = {
  'app.name': 'Upwind',
} as const;
