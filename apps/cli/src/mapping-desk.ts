import { open } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, type MappingDesk, proposeMapping, recognise } from "@pitwall/formats";
import { openMappingDesk } from "@pitwall/server/archive";
import { askMapping } from "./ask-mapping.ts";
import { CommandError, type Io } from "./command.ts";
import { dataOf } from "./data.ts";
import { mappingTemplate } from "./mapping-words.ts";

const HEAD = 64 * 1024;

/** Where tables are explained: remembered in the data folder, asked for on a terminal. */
export function deskOf(io: Io, file: string, values: { readonly data?: string | undefined }): MappingDesk {
  const { ask, err } = io;
  return openMappingDesk(
    join(dataOf(values), "mappings"),
    ask && ((proposal, table) => askMapping({ ask, err }, file, proposal, table)),
  );
}

/** Reads a file; where it is a table that nobody explains, tells how that is done. Throws CommandError with the file's name. */
export async function explained<T>(io: Io, file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (e) {
    if (e instanceof FormatError && e.code === "needs-mapping") {
      const template = await templateOf(file).catch(() => undefined);
      if (template !== undefined)
        io.err(
          `${template}${file}: write down what its columns are in a file such as above (\`pitwall import ${file} --mapping-template\` prints it), and read it with --mapping FILE`,
        );
    }
    if (e instanceof FormatError) throw new CommandError(inFile(file, e), { cause: e });
    throw e;
  }
}

function inFile(file: string, { code, place, line, reason }: FormatError): string {
  const at = line ? `${file}, line ${line}` : file;
  if (code === "unrecognised")
    return `${at}: ${reason}; --as FORMAT names one, --protocol NAME says whose captured bytes it holds`;
  return place === file ? `${at}: ${reason}` : `${at}: ${reason} (read as ${place})`;
}

/** What the columns of a table seem to be, as a file to correct. Throws CommandError for what is no table of an unknown program. */
export async function templateOf(file: string): Promise<string> {
  await using handle = await open(file);
  const head = new Uint8Array(HEAD);
  const { bytesRead } = await handle.read(head, 0, HEAD, 0);
  const bytes = head.subarray(0, bytesRead);
  const format = recognise(bytes, file)?.format;
  const proposal = format === undefined || format.id === "generic-csv" ? proposeMapping(bytes) : undefined;
  if (!proposal)
    throw new CommandError(
      `${file}: ${format ? `is read as ${format.title} and needs no mapping` : "is no table of numbers"}`,
    );
  return mappingTemplate(proposal.mapping, proposal.table);
}
