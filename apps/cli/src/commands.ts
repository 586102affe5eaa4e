import type { Command } from "./command.ts";

type Entry = { readonly name: string; readonly summary: string; readonly load: () => Promise<Command> };

/** Loaded when they are called: decoding a file need not wait for a web server's modules. */
export const COMMANDS: readonly Entry[] = [
  { name: "serve", summary: "run the server", load: async () => (await import("./commands/serve.ts")).serve },
  {
    name: "decode",
    summary: "decode a byte stream to JSON lines",
    load: async () => (await import("./commands/decode.ts")).decode,
  },
  {
    name: "encode",
    summary: "encode JSON lines to bytes",
    load: async () => (await import("./commands/encode.ts")).encode,
  },
  {
    name: "protocols",
    summary: "list protocols with their messages and fields",
    load: async () => (await import("./commands/protocols.ts")).protocols,
  },
  {
    name: "import",
    summary: "store recordings as sessions",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "sessions",
    summary: "list the recorded sessions",
    load: async () => (await import("./commands/sessions.ts")).sessions,
  },
  {
    name: "session",
    summary: "show or delete a session",
    load: async () => (await import("./commands/sessions.ts")).session,
  },
  {
    name: "fuse",
    summary: "run the filter on a recording and write the fused channels",
    load: async () => (await import("./commands/fuse.ts")).fuse,
  },
  {
    name: "simulate",
    summary: "a simulated vehicle on a real track that speaks in bytes",
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  {
    name: "laps",
    summary: "lap times of a file or a session",
    load: async () => (await import("./commands/laps.ts")).laps,
  },
  {
    name: "analyse",
    summary: "where a lap was won and lost: corners, deltas, forces, any channel",
    load: async () => (await import("./commands/analyse.ts")).analyse,
  },
  {
    name: "tracks",
    summary: "list, add, record, change and share tracks",
    load: async () => (await import("./commands/tracks.ts")).tracks,
  },
  {
    name: "retime",
    summary: "time the archive again on the tracks as they are now",
    load: async () => (await import("./commands/retime.ts")).retime,
  },
  {
    name: "reference",
    summary: "choose the lap that the delta is against; share reference laps",
    load: async () => (await import("./commands/reference.ts")).reference,
  },
  {
    name: "export",
    summary: "write a session to a file format",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "replay",
    summary: "send a recording as bytes, as the device would",
    load: async () => (await import("./commands/replay.ts")).replay,
  },
  {
    name: "rederive",
    summary: "run the pipeline again on a session's journal",
    load: async () => (await import("./commands/rederive.ts")).rederive,
  },
  {
    name: "bench",
    summary: "run the benchmarks",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
];
