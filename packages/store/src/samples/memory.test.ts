import { openMemoryStore } from "./memory.ts";
import { describeSampleStore } from "./sample-store.contract.ts";

describeSampleStore("memory", { open: async () => ({ store: openMemoryStore() }) });
