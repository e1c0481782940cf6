import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import lit from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import wc from 'eslint-plugin-wc';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// A folder imports only from folders to its left in its own row, from checkpoint, and from
// libraries: site → imagery → vit → roughness → exposure → analysis → report, labels → training.
const row = {
  site: [],
  checkpoint: ['site'],
  imagery: ['site'],
  demo: ['site', 'imagery', 'roughness'],
  vit: ['site', 'imagery', 'checkpoint', 'roughness'],
  roughness: ['site', 'imagery'],
  exposure: ['site', 'roughness'],
  analysis: ['site', 'imagery', 'checkpoint', 'vit', 'roughness', 'exposure'],
  report: ['site', 'imagery', 'roughness', 'exposure', 'analysis'],
  labels: ['site', 'imagery', 'checkpoint', 'roughness', 'vit', 'analysis'],
  training: ['site', 'imagery', 'checkpoint', 'roughness', 'vit', 'labels'],
};
const core = Object.keys(row);
const zones = core.flatMap((target) =>
  [...core, 'platform', 'maplibre', 'cli']
    .filter((from) => from !== target && !row[target].includes(from))
    .map((from) => ({
      target: `./src/${target}`,
      from: `./src/${from}`,
      message: `src/${target} may not import from src/${from} (see docs/life-of-a-site.md).`,
    })),
);

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-app',
      'node_modules',
      'public',
      'tests/fixtures',
      'scripts/model',
      '**/.bench',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,js}'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'no-constant-condition': ['error', { checkLoops: false }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...zones,
            { target: './src', from: './components', message: 'The core does not know the page.' },
          ],
        },
      ],
      'import-x/no-cycle': 'error',
    },
  },
  {
    // The core touches no DOM, no file system, no network: that is src/platform's.
    files: core.map((folder) => `src/${folder}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        'window',
        'document',
        'navigator',
        'localStorage',
        'indexedDB',
        'fetch',
        'process',
        'Buffer',
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['lit', 'lit/*', 'maplibre-gl', 'sharp', 'node:*', 'idb'],
              message: 'Core code stays host-free.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['components/**/*.ts'],
    ...lit.configs['flat/recommended'],
  },
  { files: ['components/**/*.ts'], ...wc.configs['flat/recommended'] },
  {
    files: ['components/**/*.ts'],
    plugins: { 'lit-a11y': litA11y },
    rules: { ...litA11y.configs.recommended.rules },
  },
  prettier,
);
