import { join } from "node:path";
import type { OnStoreProblem } from "../errors.ts";
import { fromFileName, toFileName } from "../names.ts";
import { type ClosedInfo, readClosedInfo } from "./closed-file.ts";
import { drain } from "./frame-reader.ts";
import type { JournalIo } from "./io.ts";
import { openMcapFrames } from "./mcap-file.ts";
import type { SourceHandle } from "./types.ts";

/** Folders of the journal that are no vehicles. */
export const OPEN_FOLDER = "open";
export const DAMAGED_FOLDER = "damaged";
const RESERVED = [OPEN_FOLDER, DAMAGED_FOLDER];
const SUFFIX = ".mcap";

/** Where the closed sessions' files are: `<journal>/<vehicle>/<session>.mcap`. */
export class SessionFiles {
  readonly #io: JournalIo;
  readonly #dir: string;
  readonly #onProblem: OnStoreProblem;
  readonly #paths = new Map<string, string>();

  constructor(io: JournalIo, dir: string, onProblem: OnStoreProblem) {
    this.#io = io;
    this.#dir = dir;
    this.#onProblem = onProblem;
  }

  /** Finds the files, and removes what an interrupted close has left. */
  async find(): Promise<void> {
    for (const vehicle of await this.#io.list(this.#dir)) {
      if (RESERVED.includes(vehicle.toLowerCase())) continue;
      const folder = join(this.#dir, vehicle);
      if (!(await this.#io.isDirectory(folder))) continue;
      for (const name of await this.#io.list(folder)) {
        if (name.endsWith(`${SUFFIX}.part`)) await this.#io.remove(join(folder, name));
        else if (name.endsWith(SUFFIX))
          this.#paths.set(fromFileName(name.slice(0, -SUFFIX.length)), join(folder, name));
      }
    }
  }

  get ids(): readonly string[] {
    return [...this.#paths.keys()];
  }
  has(id: string): boolean {
    return this.#paths.has(id);
  }
  pathOf(id: string): string | undefined {
    return this.#paths.get(id);
  }
  /** Throws StoreError "bad-name". */
  pathFor(id: string, vehicle: string): string {
    return join(this.#dir, toFileName(vehicle, RESERVED), `${toFileName(id)}${SUFFIX}`);
  }
  add(id: string, path: string): void {
    this.#paths.set(id, path);
  }
  forget(id: string): void {
    this.#paths.delete(id);
  }

  /** What the file says about itself; where its index is damaged, what its frames say. */
  async info(id: string): Promise<ClosedInfo | undefined> {
    const path = this.#paths.get(id);
    if (path === undefined) return undefined;
    const info = await readClosedInfo(this.#io, path);
    if (info) return info;
    this.#onProblem({
      code: "corrupt",
      place: path,
      reason: "its index is damaged; it is read frame by frame",
    });
    return this.#fromFrames(id, path);
  }

  async #fromFrames(id: string, path: string): Promise<ClosedInfo> {
    const counts = new Map<SourceHandle, number>();
    let startUs = Number.NaN;
    let endUs = Number.NaN;
    let vehicle = fromFileName(path.split("/").at(-2) ?? "");
    const reader = await openMcapFrames(path, { io: this.#io, onProblem: this.#onProblem });
    const { frames } = await drain(reader, (source, _bytes, _start, _end, arrivalUs) => {
      if (Number.isNaN(startUs)) startUs = arrivalUs;
      endUs = arrivalUs;
      vehicle = source.session.vehicle;
      counts.set(source, (counts.get(source) ?? 0) + 1);
    });
    const bytes = (await this.#io.size(path)) ?? 0;
    const sources = [...counts].map(([s, n]) => ({ ...s.meta, frames: n }));
    const session = { id, vehicle, file: path, bytes, frames, startUs, endUs, attributes: {}, sources };
    return { session, included: new Map() };
  }
}
