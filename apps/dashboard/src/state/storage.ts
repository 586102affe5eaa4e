/** What the page remembers in this browser. A private window may refuse storage: then it forgets, and works all the same. */
export type Memory = {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
};

const PREFIX = "pitwall.";

export function createMemory(open: () => Storage): Memory {
  let storage: Storage | undefined;
  try {
    storage = open();
  } catch {
    storage = undefined;
  }
  return {
    get(key) {
      try {
        return storage?.getItem(PREFIX + key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        storage?.setItem(PREFIX + key, value);
      } catch {}
    },
  };
}

/** Charts as channel lists. Anything else than that, from an older page or by hand, is nothing. */
export function readCharts(json: string | undefined): string[][] | undefined {
  if (json === undefined) return undefined;
  try {
    const x: unknown = JSON.parse(json);
    const isChart = (c: unknown): c is string[] =>
      Array.isArray(c) && c.every((id) => typeof id === "string");
    return Array.isArray(x) && x.every(isChart) ? x : undefined;
  } catch {
    return undefined;
  }
}
