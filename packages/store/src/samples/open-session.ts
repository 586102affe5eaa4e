import { GroupColumns } from "./columns.ts";
import type { SampleFile } from "./sample-file.ts";

/** A group of a session that is being recorded: on the disk in parts, being written there, and growing in memory. */
export type OpenGroup = {
  readonly name: string;
  parts: SampleFile[];
  sealed: GroupColumns[];
  active: GroupColumns;
};

/** What was appended to a session since it was opened. */
export class OpenSession {
  readonly id: string;
  /** Stands for what is stored instead of adding to it. */
  replaces: boolean;
  /** Where only some groups are replaced. */
  only: ReadonlySet<string> | undefined;
  readonly partsFolder: string;
  readonly groups = new Map<string, OpenGroup>();
  /** Parts being written. */
  flushing: Promise<void> = Promise.resolve();
  nextPart = 0;

  constructor(id: string, replaces: boolean, partsFolder: string, only?: ReadonlySet<string>) {
    this.id = id;
    this.replaces = replaces;
    this.only = only;
    this.partsFolder = partsFolder;
  }

  /** Whether what is stored of a group goes when this session is closed. */
  takesOver(group: string): boolean {
    return this.replaces && (this.only?.has(group) ?? true);
  }

  group(name: string): OpenGroup {
    let group = this.groups.get(name);
    if (!group) {
      group = { name, parts: [], sealed: [], active: new GroupColumns(name) };
      this.groups.set(name, group);
    }
    return group;
  }

  /** Takes up what an earlier one could not store; its rows came first. */
  follow(earlier: OpenSession): void {
    this.replaces = earlier.replaces;
    this.only = earlier.only;
    for (const old of earlier.groups.values()) {
      const group = this.group(old.name);
      group.parts.unshift(...old.parts);
      group.sealed.unshift(...old.sealed, old.active);
    }
  }

  get bytes(): number {
    let n = 0;
    for (const g of this.groups.values()) n += g.sealed.reduce((m, s) => m + s.bytes, g.active.bytes);
    return n;
  }
}
