/** djb's netstrings: `5:hello,`. The parser holds what is incomplete. */
export function netstring(text: string): Uint8Array {
  const body = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.from(",")]);
}

export function createNetstringReader(onString: (body: Buffer) => void): (chunk: Uint8Array) => void {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const colon = held.indexOf(":");
      if (colon < 0) return;
      const length = Number(held.subarray(0, colon).toString("latin1"));
      if (!Number.isInteger(length))
        throw new Error(`no netstring: ${held.subarray(0, 20).toString("latin1")}`);
      const end = colon + 1 + length;
      if (held.length <= end) return;
      onString(held.subarray(colon + 1, end));
      held = held.subarray(end + 1);
    }
  };
}
