/** By name, so that showing a line of help loads none of the packages that throw them. */
const EXPECTED = new Set([
  "CommandError",
  "ConfigError",
  "StoreError",
  "CodecError",
  "FormatError",
  "LapsError",
  "ApiRequestError",
]);

/** Failures that people can do something about: one line. Anything else is a defect of ours and shows its trace. */
export function explain(e: unknown): string | undefined {
  if (e instanceof Error && EXPECTED.has(e.name)) return e.message;
  const errno = e as NodeJS.ErrnoException;
  if (errno?.code === "EADDRINUSE") {
    const at = errno as NodeJS.ErrnoException & { address?: string; port?: number };
    return `port ${at.port} on ${at.address} is in use; another one is chosen with --http-port, --mqtt-port, --udp-port or --tcp-port`;
  }
  if (errno?.code === "EACCES" && errno.syscall === "listen")
    return `no permission to listen: ${errno.message}`;
  if (typeof errno?.code === "string" && errno.syscall !== undefined) return errno.message;
  return undefined;
}
