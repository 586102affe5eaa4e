import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ReferenceSetting, ReferenceSettings } from "@pitwall/api";
import { formatReferenceFile, LapsError, parseReferenceFile, type SavedReference } from "@pitwall/laps";
import { asStoreError, type OnStoreProblem, StoreError } from "@pitwall/store";
import { plainName, writeWhole } from "../whole-file.ts";

const SUFFIX = ".json";
const MOST_BYTES = 32 * 1024 * 1024;
const DEFAULT: ReferenceSettings = { all: { kind: "session-best" }, vehicles: {} };

/**
 * Which lap the delta is against (`<data>/reference.json`), and reference laps from elsewhere
 * (`<data>/references/*.json`). Files, read again when they change; a damaged one is reported and left out.
 */
export class ReferenceFolder {
  readonly #choiceFile: string;
  readonly #dir: string;
  readonly #onProblem: OnStoreProblem;
  #settings = DEFAULT;
  #stamp = "";

  constructor(dataDir: string, onProblem: OnStoreProblem) {
    this.#choiceFile = join(dataDir, "reference.json");
    this.#dir = join(dataDir, "references");
    this.#onProblem = onProblem;
  }

  /** Changes whenever the settings do. */
  get stamp(): string {
    this.settings();
    return this.#stamp;
  }

  settings(): ReferenceSettings {
    let stamp = "none";
    try {
      const s = statSync(this.#choiceFile);
      stamp = `${s.mtimeMs} ${s.size} ${s.ino}`;
      if (stamp === this.#stamp) return this.#settings;
      this.#settings = ReferenceSettings.parse(JSON.parse(readFileSync(this.#choiceFile, "utf8")));
    } catch (e) {
      this.#settings = DEFAULT;
      if ((e as NodeJS.ErrnoException).code !== "ENOENT")
        this.#tell(this.#choiceFile, e, "the best lap of the session is used");
    }
    this.#stamp = stamp;
    return this.#settings;
  }

  settingOf(vehicle: string): ReferenceSetting {
    const { all, vehicles } = this.settings();
    return vehicles[vehicle] ?? all;
  }

  /** For all vehicles, or for one; undefined takes back what was chosen for one. */
  choose(setting: ReferenceSetting | undefined, vehicle?: string): void {
    const { all, vehicles } = this.settings();
    const others = Object.fromEntries(Object.entries(vehicles).filter(([v]) => v !== vehicle));
    const changed: ReferenceSettings =
      vehicle === undefined
        ? { all: setting ?? DEFAULT.all, vehicles }
        : { all, vehicles: setting ? { ...others, [vehicle]: setting } : others };
    writeWhole(this.#choiceFile, `${JSON.stringify(changed, undefined, 1)}\n`);
  }

  /** In order of their names. */
  imported(): SavedReference[] {
    const found: SavedReference[] = [];
    for (const file of this.#files()) {
      const saved = this.#read(file);
      if (saved && !found.some((f) => sameName(f.name, saved.name))) found.push(saved);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): SavedReference | undefined {
    return this.imported().find((s) => sameName(s.name, name));
  }

  /** Keeps a reference in place of one of the same name; gives its file. Throws StoreError. */
  save(saved: SavedReference): string {
    const files = this.#files();
    const same = files.find((f) => sameName(this.#read(f)?.name ?? "", saved.name));
    const file = same ?? plainName(this.#dir, saved.name, SUFFIX, new Set(files));
    writeWhole(file, formatReferenceFile(saved));
    return file;
  }

  /** Throws StoreError "not-found". */
  delete(name: string): void {
    const files = this.#files().filter((f) => sameName(this.#read(f)?.name ?? "", name));
    if (files.length === 0) throw new StoreError("not-found", name, "there is no such reference");
    for (const file of files) rmSync(file);
  }

  #files(): string[] {
    try {
      const names = readdirSync(this.#dir).filter((n) => n.endsWith(SUFFIX) && !n.startsWith("."));
      return names.sort().map((n) => join(this.#dir, n));
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ENOENT") this.#tell(this.#dir, e, "no reference is taken");
      return [];
    }
  }

  #read(file: string): SavedReference | undefined {
    try {
      const { size } = statSync(file);
      if (size > MOST_BYTES) throw new StoreError("too-large", file, `${size} bytes; at most ${MOST_BYTES}`);
      return parseReferenceFile(readFileSync(file, "utf8"));
    } catch (e) {
      this.#tell(file, e, "it is left out");
      return undefined;
    }
  }

  #tell(place: string, e: unknown, then: string): void {
    const damaged = e instanceof LapsError || e instanceof SyntaxError || (e as Error).name === "ZodError";
    const { code, reason } = damaged
      ? { code: "corrupt" as const, reason: (e as Error).message }
      : asStoreError(e, place);
    this.#onProblem({ code, place, reason: `${reason}; ${then}` });
  }
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
