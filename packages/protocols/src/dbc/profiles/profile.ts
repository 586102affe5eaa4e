/** A DBC file as text with the mapping of its signals: units whose frames their owner configures. */
export type DbcProfile = { readonly title: string; readonly dbc: string; readonly map: string };
