import type { Format } from "../format.ts";
import { LIBRARY } from "./own.ts";
import { readMcap } from "./read.ts";
import { writeMcap } from "./write.ts";

const MAGIC = [0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a];
const isMcap = (head: Uint8Array): boolean => MAGIC.every((b, i) => head[i] === b);

/** Profile and library of the header record right behind the magic (mcap.dev/spec). */
function headerOf(head: Uint8Array): readonly [profile: string, library: string] | undefined {
  if (head.length < 25 || head[8] !== 1) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 17;
  const text = () => {
    const length = at + 4 <= head.length ? view.getUint32(at, true) : 0;
    const from = at + 4;
    at = from + length;
    return new TextDecoder().decode(head.subarray(from, at));
  };
  return [text(), text()];
}

const isJournal = (head: Uint8Array): boolean => {
  const header = isMcap(head) ? headerOf(head) : undefined;
  return header !== undefined && header[0] === "" && header[1] === LIBRARY;
};

export const mcap: Format = {
  id: "mcap",
  title: "MCAP",
  extensions: ["mcap"],
  sniff: (head) => (isMcap(head) && !isJournal(head) ? 1 : 0),
  read: readMcap,
  write: writeMcap,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: true,
    remarks:
      "Written as JSON topics with foxglove.LocationFix beside them. Of others' files, LocationFix (JSON, Protobuf, CDR, ROS 1), NavSatFix and Imu (JSON, CDR, ROS 1) are read, with zstd and lz4 chunks.",
  },
};

export const journal: Format = {
  id: "journal",
  title: "Journal of Pitwall (MCAP)",
  extensions: ["mcap"],
  sniff: (head) => (isJournal(head) ? 1 : 0),
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "none",
    gates: false,
    remarks: "Frames as they came, not samples: read and written by the package `store`.",
  },
};
