/** Gives the user a file that was made here. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

export function saveText(name: string, content: string, type = 'text/plain'): void {
  saveBlob(name, new Blob([content], { type }));
}
