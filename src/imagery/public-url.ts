/** Query names that carry a key, in the services people bring. */
const SECRET_NAMES =
  /^(?:.*(?:api|access|auth|secret|subscription|private|license|licence)[-_.]?(?:key|token|code|id)?|.*[-_.]?(?:key|token|secret|password|passwd|pwd|signature|credential)|keys?|sig|sign|code|user|username|pass|app_?id|app_?code|client_?id|account|session|sid|uid|jwt|hmac|policy|expires?|connectid|x-amz-.*|x-goog-.*)$/i;

/** Query names of OGC and ArcGIS services whose values may be long and are never a key. */
const OPEN_NAMES =
  /^(?:service|request|version|layers?|styles?|crs|srs|bbox|width|height|format|transparent|bgcolor|exceptions|time|map|tilematrixset|tilematrix|tilerow|tilecol|bboxsr|imagesr|size|f|interpolation|renderingrule|mosaicrule|pixeltype|nodata|blanktile|where|geometry|geometrytype|insr|outfields|returngeometry|orderbyfields|resultrecordcount|spatialrel|dpi)$/i;

/** Long, letters and digits mixed, no words: what keys look like. */
const looksSecret = (value: string): boolean =>
  /^[\w.~+/=%-]{20,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);

const isSecret = (name: string, value: string): boolean =>
  !OPEN_NAMES.test(name) && (SECRET_NAMES.test(name) || looksSecret(value));

interface SplitUrl {
  base: string;
  query: { raw: string; name: string; value: string }[];
}

function split(url: string): SplitUrl {
  const [withoutFragment = ''] = url.split('#');
  const cut = withoutFragment.indexOf('?');
  const base = cut < 0 ? withoutFragment : withoutFragment.slice(0, cut);
  const query = cut < 0 ? [] : withoutFragment.slice(cut + 1).split('&');
  return {
    base,
    query: query.filter(Boolean).map((raw) => {
      const [name = '', ...rest] = raw.split('=');
      return { raw, name: decode(name), value: decode(rest.join('=')) };
    }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/**
 * A URL as provenance, logs and exports may show it: without user and password, without query
 * values that are named like keys or look like them, without path segments that look like them,
 * without fragment. A file's folder stays on the machine too.
 */
export function publicUrl(url: string): string {
  const { base, query } = split(url);
  const open = query.filter(({ name, value }) => !isSecret(name, value));
  const kept = open.length > 0 ? `?${open.map(({ raw }) => raw).join('&')}` : '';
  return publicBase(base) + kept;
}

function publicBase(base: string): string {
  const [, scheme = '', authority = '', path = ''] = /^([a-z]+:\/\/)([^/]*)(.*)$/i.exec(base) ?? [];
  if (!scheme) return base;
  if (scheme.toLowerCase() === 'file://') {
    return `file:///…/${path.split('/').slice(-3).join('/')}`;
  }
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const segments = path.split('/').map((segment) => (isKeySegment(segment) ? '…' : segment));
  return scheme + host + segments.join('/');
}

const isKeySegment = (segment: string): boolean =>
  looksSecret(segment) && !/\.\w{2,4}$/.test(segment);

/**
 * A URL as a link to someone else may show it. Stricter than `publicUrl`, since whoever gets the link
 * may be anyone: besides placeholders such as `{z}`, only query values that are known to be harmless
 * stay, and no path segment that might be a key.
 * @returns `complete` false where something was left out, so that the URL will not work as it is
 */
export function shareableUrl(url: string): { url: string; complete: boolean } {
  const { base, query } = split(url);
  const harmless = query.filter(
    ({ name, value }) =>
      OPEN_NAMES.test(name) ||
      /^\{[^{}]*\}$/.test(value) ||
      (!SECRET_NAMES.test(name) && /^(?:true|false|[\d.]{1,6}|[a-z]{1,4})?$/i.test(value)),
  );
  const kept = harmless.length > 0 ? `?${harmless.map(({ raw }) => raw).join('&')}` : '';
  const path = publicBase(base)
    .split('/')
    .map((segment, index) => (index > 2 && mayBeKey(segment) ? '…' : segment))
    .join('/');
  const [withoutFragment] = url.split('#');
  return { url: path + kept, complete: path + kept === withoutFragment };
}

/** `4f2a91c07b3d`, `a1b2c3d4e5`, `k=…`: a segment in which a key may be, however short. */
const mayBeKey = (segment: string): boolean =>
  /[;=@]/.test(segment) ||
  segment.split(/[-_.~]/).some((token) => {
    const turns = token.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0;
    return turns > 0 && token.length >= 10 && (turns >= 3 || /^[\da-f]+$/i.test(token));
  });

/** Text with every key of a URL blotted out: servers like to quote the request in their errors. */
export function withoutSecrets(text: string, url: string): string {
  const { base, query } = split(url);
  const userInfo = /^[a-z]+:\/\/([^/@]*)@/i.exec(base)?.[1]?.split(':') ?? [];
  const segments = base.split('/').slice(3).filter(isKeySegment);
  const secrets = query.filter(({ name, value }) => isSecret(name, value)).map((q) => q.value);
  return [...secrets, ...userInfo, ...segments]
    .filter((secret) => secret.length >= 3)
    .reduce((clean, secret) => clean.replaceAll(secret, '…'), text);
}

/** `example.org:8080` of a URL, for messages. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host || 'this folder';
  } catch {
    return 'the server';
  }
}

/** Short name of a text (FNV-1a, 32 bits): tells apart URLs that look alike without their keys. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
