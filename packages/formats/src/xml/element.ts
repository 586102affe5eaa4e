import { XMLParser } from "fast-xml-parser";

/** An element as plain data: text, or its attributes and children; a repeated child is a list. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
});

/** An element without attributes, and with nothing in it but plain text. */
const LEAF = /^<[\w:.-]+>([^<>&]*)<\/[\w:.-]+\s*>$/;

/** Parses one element; undefined where it is broken. */
export function parseElement(name: string, text: string): XmlNode | undefined {
  const leaf = LEAF.exec(text);
  if (leaf) return leaf[1]!.trim();
  try {
    const node = (parser.parse(text, true) as Record<string, XmlNode>)[name];
    return node;
  } catch {
    return undefined;
  }
}

/** Text of a child; the first one of several. */
export function textOfChild(node: XmlNode | undefined, name: string): string | undefined {
  if (node === undefined || typeof node === "string") return undefined;
  const child = node[name];
  const first = Array.isArray(child) ? (child as readonly XmlNode[])[0] : (child as XmlNode | undefined);
  if (typeof first === "string") return first;
  const inner = first?.["#text"];
  return typeof inner === "string" ? inner : undefined;
}

/** All leaves below a node with their names, however deep. */
export function* leavesOf(node: XmlNode, name = ""): Generator<readonly [name: string, text: string]> {
  if (typeof node === "string") {
    yield [name, node];
    return;
  }
  for (const [key, child] of Object.entries(node))
    if (Array.isArray(child)) for (const c of child as readonly XmlNode[]) yield* leavesOf(c, key);
    else yield* leavesOf(child as XmlNode, key === "#text" ? name : key);
}

/** Text of an element or attribute; control characters have no place in XML 1.0. */
export const xmlText = (s: string): string =>
  s
    .replace(/[^\P{Cc}\t\n\r]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
