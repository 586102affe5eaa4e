/**
 * The least that takes telemetry in: bytes to a file, datagrams to WebSocket clients. Nothing is decoded or checked.
 * With "sync" what is sent on was synced to disk before, in groups, as Pitwall promises it.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { fdatasync, openSync, writeSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { WebSocketServer } from "ws";

const [path, mode] = process.argv.slice(2);
const file = openSync(path!, "w");
const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
await once(sockets, "listening");
let waiting: Uint8Array[] = [];
let syncing = false;

const show = (packets: readonly Uint8Array[]) => {
  for (const client of sockets.clients) for (const bytes of packets) client.send(bytes);
};
function commit(): void {
  if (syncing || waiting.length === 0) return;
  syncing = true;
  const group = waiting;
  waiting = [];
  writeSync(file, Buffer.concat(group));
  fdatasync(file, () => {
    syncing = false;
    show(group);
    commit();
  });
}

const udp = createSocket("udp4");
udp.on("message", (bytes) => {
  if (mode === "sync") {
    waiting.push(bytes);
    setImmediate(commit);
    return;
  }
  writeSync(file, bytes);
  show([bytes]);
});
udp.bind(0, "127.0.0.1");
await once(udp, "listening");
const tcp = createServer((socket) => socket.on("data", (bytes) => writeSync(file, bytes)));
tcp.listen(0, "127.0.0.1");
await once(tcp, "listening");
const ports = {
  tcp: (tcp.address() as AddressInfo).port,
  udp: udp.address().port,
  ws: (sockets.address() as AddressInfo).port,
};
process.send!(ports);
