/** Small settings of this browser. A browser that keeps nothing keeps the page alive. */

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`narae.${key}`);
  } catch {
    return null;
  }
}

export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`narae.${key}`);
    else localStorage.setItem(`narae.${key}`, value);
  } catch {
    // Private windows may refuse; the setting then lasts as long as the page.
  }
}
