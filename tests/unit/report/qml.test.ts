import { describe, expect, it } from 'vitest';
import { qgisStyle } from '../../../src/report/qml.ts';

describe('qgisStyle', () => {
  it.each(['roughness', 'exposure'] as const)('styles %s by its categories', (property) => {
    const style = qgisStyle(property);
    expect(style).toContain(`attr="${property}"`);
    for (const value of ['B', 'C', 'D', '']) expect(style).toContain(`value="${value}" label=`);
    // Well formed: every element that opens closes.
    const open: string[] = [];
    for (const [, close, name, self] of style.matchAll(/<(\/?)([A-Za-z][\w-]*)[^<>]*?(\/?)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!self) open.push(name!);
    }
    expect(open).toEqual([]);
  });
});
