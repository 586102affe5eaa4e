import { readFile } from "node:fs/promises";

/**
 * Datagrams that Linux has dropped at the socket of a port because its buffer was full: the last column of
 * /proc/net/udp (proc_pid_net(5)), whose second is `address:port` in hexadecimal. undefined where the text does not
 * tell, or where several sockets have that port and it cannot be said which of them it is.
 */
export function dropsOf(text: string, port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hex}`));
  const drops = rows.length === 1 ? Number(rows[0]!.at(-1)) : Number.NaN;
  return Number.isInteger(drops) ? drops : undefined;
}

/** The same of this machine; undefined also where there is no such file. */
export const udpDrops = (family: "udp4" | "udp6", port: number): Promise<number | undefined> =>
  readFile(family === "udp6" ? "/proc/net/udp6" : "/proc/net/udp", "utf8").then(
    (text) => dropsOf(text, port),
    () => undefined,
  );
