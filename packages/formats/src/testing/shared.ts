import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));

/** Reference recordings that are not part of the repository; tests that need them are skipped where they are absent. */
export const hasShared = existsSync(root);
export const shared = (path: string): Uint8Array => new Uint8Array(readFileSync(root + path));

const captures = fileURLToPath(new URL("../captures/", import.meta.url));
export const capture = (path: string): Uint8Array => new Uint8Array(readFileSync(captures + path));

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
