/**
 * fetch refuses `https://user:password@host/`, so name and password travel in a header.
 * @returns the URL without them, and the header, if they were there
 */
export function splitUserInfo(url: string): { url: string; authorization: string | null } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (!username && !password) return { url, authorization: null };
  parsed.username = '';
  parsed.password = '';
  const bytes = new TextEncoder().encode(
    `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  );
  return { url: parsed.href, authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}
