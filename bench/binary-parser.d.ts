// the package has types, but its `exports` hide them from ES modules
declare module "binary-parser" {
  export class Parser {
    endianness(endian: "little" | "big"): this;
    uint8(name: string): this;
    uint16(name: string): this;
    int16(name: string): this;
    uint32(name: string): this;
    int32(name: string): this;
    floatle(name: string): this;
    array(name: string, options: { type: string; length: number }): this;
    parse(buffer: Uint8Array): unknown;
  }
}
