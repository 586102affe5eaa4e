import type { FieldSpec } from "@pitwall/core";

/** Names by which Pitwall knows a recording that it wrote itself. A journal has another profile; the store reads it. */
export const PROFILE = "pitwall-recording";
export const LIBRARY = "pitwall";
export const SCHEMA = "pitwall.Samples";
export const METADATA = "pitwall.recording";

/** `gnss.lat` as `{"gnss":{"lat":…}}`, so that viewers can name it in a path. */
export function nested(names: readonly string[]): (values: readonly string[]) => string {
  type Node = { readonly children: Map<string, Node>; leaf: number };
  const root: Node = { children: new Map(), leaf: -1 };
  names.forEach((name, i) => {
    let node = root;
    for (const part of name.split(".")) {
      let next = node.children.get(part);
      if (!next) {
        next = { children: new Map(), leaf: -1 };
        node.children.set(part, next);
      }
      node = next;
    }
    node.leaf = i;
  });
  const text = (node: Node, values: readonly string[]): string => {
    const parts: string[] = [];
    for (const [key, child] of node.children) {
      const inner = child.children.size > 0 ? text(child, values) : "";
      // a name that is also the beginning of another keeps its own value under ""
      const own = child.leaf >= 0 ? values[child.leaf]! : "";
      if (child.children.size === 0) {
        if (own !== "") parts.push(`${JSON.stringify(key)}:${own}`);
      } else if (inner !== "{}" || own !== "")
        parts.push(
          `${JSON.stringify(key)}:${own === "" ? inner : inner === "{}" ? `{"":${own}}` : `${inner.slice(0, -1)},"":${own}}`}`,
        );
    }
    return `{${parts.join(",")}}`;
  };
  return (values) => text(root, values);
}

/** All numbers of a nested object under their dotted names. */
export function flatten(x: unknown, into: Map<string, number>, prefix = ""): void {
  if (typeof x === "number") into.set(prefix, x);
  else if (typeof x === "object" && x !== null)
    for (const [key, value] of Object.entries(x))
      flatten(value, into, prefix === "" ? key : key === "" ? prefix : `${prefix}.${key}`);
}

/** Unit, step and description of a field as the text of an MCAP channel's metadata. */
export const fieldText = (f: FieldSpec): string => JSON.stringify({ ...f, name: undefined });
export function fieldFrom(name: string, text: string | undefined): FieldSpec | undefined {
  if (text === undefined) return undefined;
  try {
    return { ...(JSON.parse(text) as Omit<FieldSpec, "name">), name };
  } catch {
    return undefined;
  }
}
