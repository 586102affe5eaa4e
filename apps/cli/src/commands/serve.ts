import { parseConfig, readConfigFile, startServer } from "@pitwall/server";
import { command, intOption } from "../command.ts";

const PORTS = ["http", "mqtt", "udp", "tcp"] as const;

export const serve = command({
  name: "serve",
  summary: "run the server",
  usage:
    "pitwall serve [--config FILE] [--data DIR] [--host ADDRESS] [--http-port 8080] [--mqtt-port 1883] [--udp-port 9000] [--tcp-port 9000] [--demo | --no-demo]",
  options: {
    config: { type: "string" },
    host: { type: "string" },
    "http-port": { type: "string" },
    "mqtt-port": { type: "string" },
    "udp-port": { type: "string" },
    "tcp-port": { type: "string" },
    demo: { type: "boolean" },
  },
  async run({ values, positionals }, io) {
    if (positionals.length > 0) {
      io.err(`pitwall serve: takes no argument "${positionals[0]}"`);
      return 2;
    }
    const file = values.config === undefined ? {} : await readConfigFile(values.config);
    const given: Record<string, unknown> = { ...file };
    for (const name of PORTS) {
      const port = intOption(`${name}-port`, values[`${name}-port`], 0, 65_535);
      if (port !== undefined) given[name] = { ...(given[name] as object | undefined), port };
    }
    if (values.host !== undefined) given["host"] = values.host;
    if (values.data !== undefined) given["data"] = values.data;
    if (values.demo !== undefined) given["demo"] = values.demo;
    const config = parseConfig(values.config ?? "command line", given);

    await using server = await startServer(config, (p) => io.err(`pitwall: ${p.place}: ${p.reason}`));
    const { listening, loopbackOnly, host } = server.info;
    const shown = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    const mqtt = config.mqtt.broker?.replace(/\/\/[^@/]*@/, "//") ?? `mqtt://${shown}:${listening.mqtt}`;
    await io.out(
      `pitwall ready http=http://${shown}:${listening.http}/ mqtt=${mqtt} udp=${shown}:${listening.udp} tcp=${shown}:${listening.tcp}\n`,
    );
    io.err(
      loopbackOnly
        ? `Open http://${shown}:${listening.http}/ in a browser. Only this computer can connect; --host 0.0.0.0 lets others in.`
        : `Open http://${shown}:${listening.http}/ in a browser. Listening on ${host}: anybody in this network can connect.`,
    );
    if (!io.signal.aborted)
      await new Promise<void>((done) => io.signal.addEventListener("abort", () => done(), { once: true }));
    io.err("pitwall: closing …");
    return 0;
  },
});
