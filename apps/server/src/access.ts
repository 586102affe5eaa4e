/**
 * Who may do what. Every route and every topic asks here, so that users, roles and device credentials have their
 * place. Until they exist the answer is yes, and the server listens on this machine alone unless told otherwise.
 */
export type Action =
  | "read:server"
  | "read:vehicles"
  | "read:devices"
  | "read:sessions"
  | "write:sessions"
  | "delete:sessions"
  | "time:sessions"
  | "read:tracks"
  | "write:tracks"
  | "live"
  | "control:demo"
  | "device:publish"
  | "device:subscribe";

export type Subject = {
  readonly via: "http" | "mqtt" | "udp" | "tcp";
  readonly address: string;
  readonly user?: string;
};

export type Access = { readonly allows: (subject: Subject, action: Action, object?: string) => boolean };

export const openAccess: Access = { allows: () => true };
