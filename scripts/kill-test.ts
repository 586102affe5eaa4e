/** Kills the server many times under load: `node scripts/kill-test.ts [rounds]`. Prints the report as JSON. */
import { killRounds } from "../e2e/kill-rounds.ts";

const rounds = Number(process.argv[2] ?? 20);
const report = await killRounds(rounds, Math.random, (round) =>
  process.stderr.write(`\rround ${round} of ${rounds} `),
);
process.stderr.write("\n");
console.log(JSON.stringify(report));
process.exit(report.lost === 0 && report.doubled === 0 ? 0 : 1);
