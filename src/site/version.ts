/** Version of this software, as results and checkpoints record it. Kept equal to package.json by a test. */
export const SOFTWARE_VERSION = '0.1.0';
