import { afterEach, describe, expect, it } from 'vitest';
import {
  language,
  speakAs,
  t,
  touchVoice,
  useTranslation,
} from '../../../components/shared/localize.ts';

const german = { words: { 'map.zoomin': 'Näher' }, lang: 'de' } as const;
const french = { words: { 'map.zoomin': 'Plus près' }, lang: 'fr' } as const;

afterEach(() => touchVoice(null));

describe('words of the page, and of a control on it', () => {
  it('the host’s words stand in for ours until they are taken back', () => {
    const english = [t('map.zoomin'), t('map.zoomout')];
    const undo = useTranslation(german.words, german.lang);
    expect([t('map.zoomin'), t('map.zoomout')]).toEqual(['Näher', english[1]]);
    expect(language()).toBe('de');
    undo();
    expect([t('map.zoomin'), t('map.zoomout')]).toEqual(english);
    expect(language()).toBe('en');
  });

  it('a control speaks its own, and the page speaks on as before, also after an error', () => {
    const undo = useTranslation(german.words, german.lang);
    expect(speakAs(french, () => [t('map.zoomin'), language()])).toEqual(['Plus près', 'fr']);
    expect(() =>
      speakAs(french, () => {
        throw new Error('while it renders');
      }),
    ).toThrow('while it renders');
    expect([t('map.zoomin'), language()]).toEqual(['Näher', 'de']);
    undo();
  });

  it('what is said after an event is said by what was touched, not while another speaks', () => {
    touchVoice(french);
    expect(t('map.zoomin')).toBe('Plus près');
    expect(speakAs(german, () => t('map.zoomin'))).toBe('Näher');
    expect(speakAs(null, () => t('map.zoomin'))).not.toBe('Plus près');
  });
});
