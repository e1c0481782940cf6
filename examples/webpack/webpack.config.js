export default {
  mode: 'production',
  entry: './main.js',
  output: { publicPath: 'auto', clean: true },
  // Pages are read from the folder as they are; the map library alone is a megabyte.
  performance: { hints: false },
};
