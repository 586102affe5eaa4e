import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatTrackFile, LapsError, parseTrackFile, placeLayout, type Track } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import { asStoreError, type OnStoreProblem, StoreError } from "@pitwall/store";
import { plainName, writeWhole } from "../whole-file.ts";

/** Larger than any track with a centre line of a metre's step. */
export const MOST_TRACK_BYTES = 4 * 1024 * 1024;
const SUFFIX = ".json";

export type KnownTrack = {
  readonly track: Track;
  /** `own` lies in the data folder; `library` comes with Pitwall. */
  readonly origin: "own" | "library";
  /** Of an own one. */
  readonly file?: string;
};

type Read = { readonly stamp: string; readonly track: Track | undefined };

/**
 * The tracks that are known: `<data>/tracks/*.json`, files that can be shared and copied by hand, and the starter
 * library. A file of one's own goes before a track of the library of the same name. Files are read again when they
 * change; a damaged one is reported once, with place and reason, and left out.
 */
export class TrackFolder {
  readonly dir: string;
  readonly #onProblem: OnStoreProblem;
  readonly #files = new Map<string, Read>();
  readonly #doubles = new Set<string>();

  constructor(dir: string, onProblem: OnStoreProblem) {
    this.dir = dir;
    this.#onProblem = onProblem;
  }

  /** The own ones, in order of their files. */
  own(): KnownTrack[] {
    const found: KnownTrack[] = [];
    for (const [file, { track }] of [...this.#look()].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!track) continue;
      const same = found.find((f) => sameName(f.track.name, track.name));
      if (!same) found.push({ track, origin: "own", file });
      else if (!this.#doubles.has(file)) {
        this.#doubles.add(file);
        const reason = `names the track "${track.name}" as ${same.file} does, which is used`;
        this.#onProblem({ code: "bad-name", place: file, reason });
      }
    }
    return found;
  }

  /** Own ones first, then those of the library that no own one replaces. */
  all(): KnownTrack[] {
    const own = this.own();
    const rest = starterTracks().filter((t) => !own.some((o) => sameName(o.track.name, t.name)));
    return [...own, ...rest.map((track): KnownTrack => ({ track, origin: "library" }))];
  }

  /** As the options that lap timing takes. */
  known(): { readonly own: readonly Track[]; readonly tracks: readonly Track[] } {
    const all = this.all();
    const of = (origin: KnownTrack["origin"]) => all.filter((k) => k.origin === origin).map((k) => k.track);
    return { own: of("own"), tracks: of("library") };
  }

  find(name: string): KnownTrack | undefined {
    return this.all().find((k) => sameName(k.track.name, name));
  }

  /** Keeps a track, in the file that had it before where there is one; the file is always whole. Throws LapsError where it cannot be timed, StoreError. */
  save(track: Track): string {
    for (const layout of track.layouts) placeLayout(layout);
    const text = formatTrackFile(track);
    parseTrackFile(text);
    const file =
      this.own().find((k) => sameName(k.track.name, track.name))?.file ??
      plainName(this.dir, track.name, SUFFIX, new Set(this.#look().keys()));
    writeWhole(file, text);
    return file;
  }

  /** Deletes an own track; one of the library of that name is then used again. Throws StoreError "not-found". */
  delete(name: string): void {
    const known = this.find(name);
    if (!known) throw new StoreError("not-found", name, "there is no such track");
    if (!known.file)
      throw new StoreError("not-found", known.track.name, "is of the starter library, which stays as it is");
    try {
      rmSync(known.file);
    } catch (e) {
      throw asStoreError(e, known.file);
    }
  }

  #look(): ReadonlyMap<string, Read> {
    let names: string[] = [];
    try {
      names = readdirSync(this.dir).filter((n) => n.endsWith(SUFFIX) && !n.startsWith("."));
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ENOENT") this.#tell(this.dir, e);
    }
    const files = names.map((n) => join(this.dir, n));
    for (const file of this.#files.keys()) if (!files.includes(file)) this.#files.delete(file);
    for (const file of files) this.#read(file);
    return this.#files;
  }

  #read(file: string): void {
    let stamp = "";
    try {
      const s = statSync(file);
      stamp = `${s.mtimeMs} ${s.size} ${s.ino}`;
      if (this.#files.get(file)?.stamp === stamp) return;
      this.#doubles.delete(file);
      if (s.size > MOST_TRACK_BYTES)
        throw new StoreError("too-large", file, `${s.size} bytes; a track has at most ${MOST_TRACK_BYTES}`);
      const track = parseTrackFile(readFileSync(file, "utf8"));
      for (const layout of track.layouts) placeLayout(layout);
      this.#files.set(file, { stamp, track });
    } catch (e) {
      const known = this.#files.get(file);
      this.#files.set(file, { stamp, track: undefined });
      if (!known || known.stamp !== stamp) this.#tell(file, e);
    }
  }

  #tell(file: string, e: unknown): void {
    const { code, reason } =
      e instanceof LapsError ? { code: "corrupt" as const, reason: e.message } : asStoreError(e, file);
    this.#onProblem({ code, place: file, reason: `${reason}; this track is left out` });
  }
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
