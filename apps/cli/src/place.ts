import { type ApiClient, createApiClient } from "@pitwall/api";
import { type DataFolder, openData } from "@pitwall/server/archive";
import { addressOfHolder, StoreError } from "@pitwall/store";
import type { Io } from "./command.ts";
import { dataOf, tellProblem } from "./data.ts";

/** Where recordings are: a data folder that nobody works in, or the server that does. */
export type Place = AsyncDisposable &
  (
    | { readonly data: DataFolder; readonly server?: undefined }
    | { readonly data?: undefined; readonly server: { readonly api: ApiClient; readonly address: string } }
  );

/** Opens the data folder; while a server works in it, the server is asked instead. Throws StoreError. */
export async function openPlace(io: Io, values: { readonly data?: string | undefined }): Promise<Place> {
  const dir = dataOf(values);
  try {
    const data = await openData(dir, tellProblem(io));
    return { data, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
  } catch (e) {
    const address = e instanceof StoreError && e.code === "locked" ? addressOfHolder(dir) : undefined;
    if (address === undefined) throw e;
    return {
      server: { api: createApiClient(address, fetch), address },
      [Symbol.asyncDispose]: async () => {},
    };
  }
}
