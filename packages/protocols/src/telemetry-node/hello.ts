import type { MessageSpec } from "@pitwall/core";

export const HELLO_MESSAGE: MessageSpec = {
  name: "telemetry-node.hello",
  doc: "Handshake of the stateful dialect: which device is on this line.",
  fields: [
    {
      name: "device",
      unit: "code",
      resolution: 1,
      doc: "",
      labels: {
        0: "Alltrax",
        1: "VESC",
        2: "motor board",
        3: "battery board",
        4: "GPS and IMU board",
        5: "throttle board",
        6: "solar board",
      },
    },
  ],
};
