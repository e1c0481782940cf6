import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostOf, publicUrl, withoutSecrets } from '../../../src/imagery/public-url.ts';

const KEY = 'Zx81kQ7mBv20pL4wTnYc';

describe('publicUrl', () => {
  test.each([
    'https://tiles.test/1/2/3.png?key=hunter2',
    'https://tiles.test/1/2/3.png?KEY=hunter2',
    'https://tiles.test/1/2/3.png?token=hunter2',
    'https://tiles.test/1/2/3.png?access_token=hunter2',
    'https://tiles.test/1/2/3.png?api_key=hunter2',
    'https://tiles.test/1/2/3.png?apikey=hunter2',
    'https://tiles.test/1/2/3.png?apiKey=hunter2',
    'https://tiles.test/1/2/3.png?api=hunter2',
    'https://tiles.test/1/2/3.png?sig=hunter2',
    'https://tiles.test/1/2/3.png?signature=hunter2',
    'https://tiles.test/1/2/3.png?X-Amz-Signature=hunter2',
    'https://tiles.test/1/2/3.png?subscription-key=hunter2',
    'https://tiles.test/1/2/3.png?password=hunter2',
    'https://me:hunter2@tiles.test/1/2/3.png',
    `https://tiles.test/1/2/3.png?v=${KEY}`,
    `https://tiles.test/1/2/3.png#${KEY}`,
  ])('%s', (url) => expect(publicUrl(url)).toBe('https://tiles.test/1/2/3.png'));

  test('a key within the path', () => {
    expect(publicUrl(`https://tiles.test/${KEY}/1/2/3.png`)).toBe('https://tiles.test/…/1/2/3.png');
  });

  test('keeps what says which picture it is, as it was written', () => {
    const wms =
      'https://wms.test/wms?map=/srv/ortho.map&SERVICE=WMS&LAYERS=Aerial_2021_25cm_Hannover&BBOX=1,2,3,4&WIDTH=224';
    expect(publicUrl(`${wms}&apikey=${KEY}`)).toBe(wms);
    const usgs =
      'https://imagery.test/ImageServer/exportImage?bbox=1,2,3,4&bboxSR=3857&size=224,224';
    expect(publicUrl(usgs)).toBe(usgs);
  });

  test('a folder of tiles stays on the machine', () => {
    expect(publicUrl('file:///home/jo/secret%20client/16/3/4.png')).toBe('file:///…/16/3/4.png');
  });

  test('whatever the key, it is gone', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_-]{8,60}$/);
    const name = fc.constantFrom('key', 'token', 'apikey', 'access_token', 'sig', 'appid');
    fc.assert(
      fc.property(key, name, (secret, parameter) => {
        fc.pre(!'https://tiles.test/tiles/1/2/3.png?style=sat'.includes(secret));
        const url = `https://tiles.test/tiles/1/2/3.png?style=sat&${parameter}=${secret}`;
        expect(publicUrl(url)).toBe('https://tiles.test/tiles/1/2/3.png?style=sat');
        expect(withoutSecrets(`Bad key ${secret}!`, url)).toBe('Bad key …!');
      }),
    );
  });
});

test('withoutSecrets leaves other text alone', () => {
  expect(withoutSecrets('Layer x is unknown', 'https://a.test/?key=zzz')).toBe(
    'Layer x is unknown',
  );
});

test('hostOf', () => {
  expect(hostOf('http://me:pw@127.0.0.1:81/x?key=1')).toBe('127.0.0.1:81');
  expect(hostOf('file:///tiles/1.png')).toBe('this folder');
});
