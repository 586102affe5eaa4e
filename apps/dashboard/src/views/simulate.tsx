import type { ServerInfo } from "@pitwall/api";
import { useState } from "preact/hooks";
import { usePage } from "./context.ts";
import { DemoDialog } from "./demo-dialog.tsx";

/** Asks the server for something about its demo, once at a time; what it answers or refuses is shown. */
export function useDemo(): {
  readonly busy: boolean;
  readonly act: (call: () => Promise<ServerInfo>) => Promise<void>;
} {
  const { model } = usePage();
  const [busy, setBusy] = useState(false);
  return {
    busy,
    async act(call) {
      setBusy(true);
      try {
        model.server.value = await call();
        model.notice.value = undefined;
      } catch (e) {
        model.notice.value = (e as Error).message;
      } finally {
        setBusy(false);
      }
    },
  };
}

/** Asks for a simulated drive. Nothing where the server does not offer it. */
export function SimulateButton(props: { readonly label: string }) {
  const { model } = usePage();
  if (!model.server.value?.simulate) return null;
  return (
    <button
      type="button"
      class="simulate"
      data-testid="simulate"
      onClick={() => (model.choosingDrive.value = true)}
    >
      {props.label}
    </button>
  );
}

/** Starts a simulated drive of a chosen vehicle on a chosen track. Outlives the button: banners come and go. */
export function SimulateDialog() {
  const { http, model } = usePage();
  const { act } = useDemo();
  if (!model.choosingDrive.value) return null;
  const close = () => (model.choosingDrive.value = false);
  return (
    <DemoDialog
      onClose={close}
      onChosen={(drive) => {
        close();
        void act(() => http.startDemo(drive));
      }}
    />
  );
}
