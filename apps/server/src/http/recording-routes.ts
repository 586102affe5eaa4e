import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Recording } from "@pitwall/core";
import { findFormat, writeRecording } from "@pitwall/formats";
import { asStoreError, StoreError } from "@pitwall/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import type { Imported } from "../import.ts";
import { safeName } from "../ingest/door.ts";
import { HttpError } from "./http-error.ts";

export type RecordingDeps = {
  /** Where a file lies while it is taken in. */
  readonly incoming: string;
  readonly importFile: (file: string, vehicle: string | undefined) => Promise<Imported>;
  /** Undefined where there is no such session. */
  readonly recording: (session: string) => Promise<Recording | undefined>;
};

/** The file's fault, not the store's. */
const UNREADABLE: ReadonlySet<string> = new Set(["unsupported", "corrupt"]);
const MOST_BYTES = 4 * 1024 ** 3;
const FILE = "application/octet-stream";
const ImportQuery = z.strictObject({
  name: z.string().min(1).max(200),
  vehicle: z.string().max(64).optional(),
});
const ExportQuery = z.strictObject({
  format: z.string(),
  position: z.enum(["gnss", "vehicle"]).optional(),
  rate: z.coerce.number().positive().max(1000).optional(),
});

/** Recordings in and out: any file that `pitwall import` reads, any format that `pitwall export` writes. */
export function recordingRoutes(app: FastifyInstance, deps: RecordingDeps): void {
  // as it comes: a recording need not fit into memory
  app.addContentTypeParser(FILE, (_request, body, done) => done(null, body));

  app.post("/api/v1/sessions", { config: { needs: "write:sessions" } }, async (request, reply) => {
    const { name, vehicle } = ImportQuery.parse(request.query);
    if (!(request.body instanceof Readable))
      throw new HttpError(415, "unsupported", `a recording is sent as ${FILE}`);
    const folder = await ownFolder(deps.incoming);
    try {
      const file = join(folder, fileName(name));
      await pipeline(request.body, limited(), createWriteStream(file)).catch((e: unknown) => {
        throw e instanceof HttpError ? e : asStoreError(e, name);
      });
      const imported = await deps.importFile(file, vehicle).catch((e: unknown) => {
        throw e instanceof StoreError && UNREADABLE.has(e.code)
          ? new HttpError(400, e.code, `${name}: ${e.reason}`)
          : e;
      });
      return reply.code(201).send(imported);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  app.get("/api/v1/sessions/:id/export", { config: { needs: "read:sessions" } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const query = ExportQuery.parse((request as FastifyRequest).query);
    const format = findFormat(query.format);
    if (!format?.write) throw new HttpError(400, "unsupported", `"${query.format}" is no format to write`);
    const recording = await deps.recording(id);
    if (!recording) throw new HttpError(404, "not-found", `no session "${id}"`);
    const pieces = writeRecording(recording, format.id, {
      ...(query.position === undefined ? {} : { position: query.position }),
      ...(query.rate === undefined ? {} : { rateHz: query.rate }),
    });
    return reply
      .type(FILE)
      .header("content-disposition", `attachment; filename="${safeName(id)}.${format.extensions[0]}"`)
      .send(Readable.from(pieces));
  });
}

async function ownFolder(incoming: string): Promise<string> {
  try {
    await mkdir(incoming, { recursive: true });
    return await mkdtemp(join(incoming, "import-"));
  } catch (e) {
    throw asStoreError(e, incoming);
  }
}

/** The last part of a path, as a name that any file system takes; the ending stays, since it is a hint. */
const fileName = (name: string): string => safeName(basename(name.replaceAll("\\", "/")));

function limited(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES)
        done(new HttpError(413, "too-large", `a recording has at most ${MOST_BYTES} bytes`));
      else done(null, chunk);
    },
  });
}
