import { createContext, runInContext } from "node:vm";

/** Node's engine with the language alone: no Buffer, no process, no console. */
export async function runOnNode(script: string): Promise<string> {
  const context = createContext({});
  runInContext(script, context);
  return String(await runInContext("pitwallRun()", context));
}
