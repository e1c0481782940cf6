/** Hands a file to the browser's download. */
export function saveBlob(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download holds on to the bytes; the address may go once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
