/** The least that takes telemetry in: bytes to a file, datagrams to WebSocket clients. Nothing is decoded, checked or synced. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { WebSocketServer } from "ws";

const file = createWriteStream(process.argv[2]!);
const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
await once(sockets, "listening");
const udp = createSocket("udp4");
udp.on("message", (bytes) => {
  file.write(bytes);
  for (const client of sockets.clients) client.send(bytes);
});
udp.bind(0, "127.0.0.1");
await once(udp, "listening");
const tcp = createServer((socket) => socket.on("data", (bytes) => file.write(bytes)));
tcp.listen(0, "127.0.0.1");
await once(tcp, "listening");
process.send!({
  tcp: (tcp.address() as AddressInfo).port,
  udp: udp.address().port,
  ws: (sockets.address() as AddressInfo).port,
});
