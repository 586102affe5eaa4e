import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  asStoreError,
  type Catalogue,
  type Journal,
  KeyedQueue,
  lockFolder,
  type OnStoreProblem,
  openCatalogue,
  openJournal,
  openParquetStore,
  type SampleStore,
} from "@pitwall/store";
import { ReferenceFolder } from "./laps/reference-folder.ts";
import { TrackFolder } from "./tracks/track-folder.ts";

/** Everything Pitwall keeps: the journal first, and what is derived from it. */
export interface DataFolder extends AsyncDisposable {
  readonly journal: Journal;
  readonly samples: SampleStore;
  readonly catalogue: Catalogue;
  readonly tracks: TrackFolder;
  readonly references: ReferenceFolder;
  /** One piece of work at a time on what is derived of a session. */
  readonly turns: KeyedQueue;
  readonly onProblem: OnStoreProblem;
  /** Tells other processes where to ask instead while this one works here. */
  readonly announce: (address: string) => void;
}

/** Opens the data folder for one server or command at a time. Throws StoreError with the place and the reason. */
export async function openData(dir: string, onProblem: OnStoreProblem): Promise<DataFolder> {
  await using building = new AsyncDisposableStack();
  try {
    await mkdir(dir, { recursive: true });
  } catch (e) {
    throw asStoreError(e, dir);
  }
  const lock = building.use(await lockFolder(dir));
  const journal = building.use(await openJournal({ dir: join(dir, "journal"), onProblem }));
  const catalogue = building.use(await openCatalogue({ dir, journal, onProblem }));
  const samples = building.use(await openParquetStore({ dir: join(dir, "samples"), onProblem }));
  const tracks = openTracks(dir, onProblem);
  const references = openReferences(dir, onProblem);
  const turns = new KeyedQueue();
  building.defer(() => turns.idle());
  const owned = building.move();
  return {
    journal,
    samples,
    catalogue,
    tracks,
    references,
    turns,
    onProblem,
    announce: lock.announce,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The tracks of a data folder by themselves: files, so that nobody need wait for whoever works in the folder. */
export const openTracks = (dir: string, onProblem: OnStoreProblem): TrackFolder =>
  new TrackFolder(join(dir, "tracks"), onProblem);

/** The same of reference laps, and of which one is chosen. */
export const openReferences = (dir: string, onProblem: OnStoreProblem): ReferenceFolder =>
  new ReferenceFolder(dir, onProblem);
