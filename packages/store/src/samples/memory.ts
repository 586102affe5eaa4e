import { GroupColumns, groupName } from "./columns.ts";
import { fieldsOf, loadFrom } from "./memory-view.ts";
import type { SampleStore, SessionSummary } from "./types.ts";
import { channelsOf, digestOf, type GroupView, querySeries, readGroupOf } from "./view.ts";

type Groups = Map<string, GroupColumns>;

/** Keeps everything in memory: for tests, and for commands that look at one file. */
export function openMemoryStore(): SampleStore {
  const sessions = new Map<string, Groups>();
  /** What replaces a session when it is closed. */
  const replacing = new Map<string, Groups>();

  const visible = (id: string): Groups => sessions.get(id) ?? replacing.get(id) ?? new Map();
  const views = (id: string): GroupView[] =>
    [...visible(id).values()].map((g) => ({
      name: g.name,
      fields: fieldsOf(g),
      load: async (fields, from, to) => loadFrom(g, fields, from, to),
    }));
  const summary = (id: string): SessionSummary => {
    const groups = [...visible(id).values()];
    const samples = groups.reduce((n, g) => n + g.columns.reduce((m, c) => m + c.count, 0), 0);
    return { groups: groups.length, rows: groups.reduce((n, g) => n + g.length, 0), samples, bytes: 0 };
  };

  return {
    supports: { durable: false },
    append(id, batch) {
      let groups = replacing.get(id) ?? sessions.get(id);
      if (!groups) {
        groups = new Map();
        sessions.set(id, groups);
      }
      const name = groupName(batch);
      let group = groups.get(name);
      if (!group) {
        group = new GroupColumns(name);
        groups.set(name, group);
      }
      group.append(batch);
    },
    async drain() {},
    async replaceSession(id, groups) {
      const kept = [...(sessions.get(id) ?? [])].filter(([name]) => groups && !groups.includes(name));
      replacing.set(id, new Map(kept));
    },
    async closeSession(id) {
      const groups = replacing.get(id);
      if (groups) sessions.set(id, groups);
      replacing.delete(id);
      return summary(id);
    },
    async deleteSession(id) {
      sessions.delete(id);
      replacing.delete(id);
    },
    sessions: async () => [...sessions.keys()].sort(),
    channels: async (id) => channelsOf(views(id)),
    query: (q) => querySeries(views(q.sessionId), q),
    readGroup: (id, group, channels) => readGroupOf(views(id), group, channels),
    digest: (id) => digestOf(views(id)),
    async [Symbol.asyncDispose]() {
      sessions.clear();
      replacing.clear();
    },
  };
}
