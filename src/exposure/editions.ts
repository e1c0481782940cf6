import { UserError } from '../site/user-error.ts';
import type { Roughness } from '../roughness/category.ts';

export const EDITIONS = ['7-16', '7-22'] as const;
/** Edition of ASCE/SEI 7. */
export type Edition = (typeof EDITIONS)[number];
export const DEFAULT_EDITION: Edition = '7-22';

/** A number of the standard with its unit and where to check it. */
export interface CodeNumber {
  value: number;
  unit: 'ft' | '× h' | '–';
  clause: string;
}

/** Every number of one edition that this software uses. */
export interface EditionTable {
  edition: Edition;
  title: string;
  /** Clauses as reports cite them. */
  clauses: { direction: string; roughness: string; exposure: string; kz: string };
  /** Roofs up to this height use the short distance for exposure B. */
  lowRoof: CodeNumber;
  exposureBLow: CodeNumber;
  exposureB: CodeNumber;
  exposureBPerHeight: CodeNumber;
  exposureD: CodeNumber;
  exposureDPerHeight: CodeNumber;
  transition: CodeNumber;
  transitionPerHeight: CodeNumber;
  kzFactor: CodeNumber;
  kzLowest: CodeNumber;
  /** Power law exponent and gradient height of each exposure. */
  kz: Record<Roughness, { alpha: CodeNumber; zg: CodeNumber }>;
}

const ft = (value: number, clause: string): CodeNumber => ({ value, unit: 'ft', clause });
const perHeight = (value: number, clause: string): CodeNumber => ({ value, unit: '× h', clause });
const plain = (value: number, clause: string): CodeNumber => ({ value, unit: '–', clause });

// Section 26.7.3 reads the same in both editions; Table 26.10-1 and its exponents do not.
const section267 = {
  clauses: { direction: '26.7.1', roughness: '26.7.2', exposure: '26.7.3', kz: 'Table 26.10-1' },
  lowRoof: ft(30, '26.7.3'),
  exposureBLow: ft(1500, '26.7.3'),
  exposureB: ft(2600, '26.7.3'),
  exposureBPerHeight: perHeight(20, '26.7.3'),
  exposureD: ft(5000, '26.7.3'),
  exposureDPerHeight: perHeight(20, '26.7.3'),
  transition: ft(600, '26.7.3'),
  transitionPerHeight: perHeight(20, '26.7.3'),
  kzLowest: ft(15, 'Table 26.10-1'),
};

/**
 * The numbers, to be checked against a copy of the standard in a minute. They were verified
 * against public quotations, not a licensed copy.
 */
export const EDITION_TABLES: Readonly<Record<Edition, EditionTable>> = {
  '7-16': {
    edition: '7-16',
    title: 'ASCE/SEI 7-16',
    ...section267,
    kzFactor: plain(2.01, 'Table 26.10-1, note 1'),
    kz: {
      B: { alpha: plain(7.0, 'Table 26.11-1'), zg: ft(1200, 'Table 26.11-1') },
      C: { alpha: plain(9.5, 'Table 26.11-1'), zg: ft(900, 'Table 26.11-1') },
      D: { alpha: plain(11.5, 'Table 26.11-1'), zg: ft(700, 'Table 26.11-1') },
    },
  },
  '7-22': {
    edition: '7-22',
    title: 'ASCE/SEI 7-22',
    ...section267,
    kzFactor: plain(2.41, 'Table 26.10-1, note 1'),
    kz: {
      B: { alpha: plain(7.5, 'Table 26.11-1'), zg: ft(3280, 'Table 26.11-1') },
      C: { alpha: plain(9.8, 'Table 26.11-1'), zg: ft(2460, 'Table 26.11-1') },
      D: { alpha: plain(11.5, 'Table 26.11-1'), zg: ft(1935, 'Table 26.11-1') },
    },
  },
};

/** @throws UserError for an edition that is not in the table */
export function editionTable(edition: string = DEFAULT_EDITION): EditionTable {
  const table = (EDITION_TABLES as Record<string, EditionTable | undefined>)[edition];
  if (!table || !Object.hasOwn(EDITION_TABLES, edition)) {
    throw new UserError(`Edition must be ${EDITIONS.join(' or ')}, not "${edition}".`);
  }
  return table;
}
