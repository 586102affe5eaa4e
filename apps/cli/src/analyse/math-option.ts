import type { Recording } from "@pitwall/core";
import { LapsError, type MathChannel, mathChannels } from "@pitwall/laps";
import { CommandError, UsageError } from "../command.ts";
import { absentChannel } from "./channel-names.ts";

/** `NAME=EXPRESSION`; `==` is a comparison, not the sign between them. Throws UsageError. */
export function mathDefinition(text: string): MathChannel {
  const [, name, expression] = /^\s*([A-Za-z_][\w.]*)\s*=(?!=)\s*(.+)$/s.exec(text) ?? [];
  if (name === undefined || expression === undefined)
    throw new UsageError(`--math takes NAME=EXPRESSION, not "${text}"`);
  return { name, expression };
}

/** The recording `what` with its math channels. Throws CommandError that shows where an expression is wrong. */
export function withMath(what: string, recording: Recording, definitions: readonly MathChannel[]): Recording {
  if (definitions.length === 0) return recording;
  try {
    return { ...recording, groups: [...recording.groups, ...mathChannels(recording, definitions)] };
  } catch (e) {
    if (e instanceof LapsError)
      throw new CommandError(`${what}: ${explained(e, definitions, recording)}`, { cause: e });
    throw e;
  }
}

function explained(e: LapsError, definitions: readonly MathChannel[], recording: Recording): string {
  const { place, reason } = e.faults[0] ?? { place: e.place, reason: e.message };
  const wrong = definitions.find((d) => place === d.name || place.startsWith(`${d.name}, `));
  if (!wrong) return e.message;
  const column = Number(/column (\d+)$/.exec(place)?.[1]);
  const absent = e.code === "unknown-name" ? /there is no channel "(.*)"/.exec(reason)?.[1] : undefined;
  const why = absent === undefined ? reason : absentChannel(absent, recording);
  const text = wrong.expression.replace(/\s/g, " ");
  const [first, ...rest] = why.split("\n");
  const caret = Number.isFinite(column) ? [`  ${" ".repeat(column - 1)}^`] : [];
  return [`${place}: ${first}`, `  ${text}`, ...caret, ...rest].join("\n");
}
