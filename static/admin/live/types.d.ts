/** What the server sends. Mirrors server/web/views/live_view.py, server/web/views/xdm_tree.py and server/observe/status.py. */

export interface Row {
  topic: "processed" | "failed";
  offset: number;
  href: string;
  at: string;
  name: string;
  eventType: string;
  page: string;
  who: string;
  client: string;
  outcome: "processed" | "duplicate" | "failed";
  outcomeText: string;
}

export interface TreeNode {
  key: string;
  kind: "object" | "list" | "text" | "number" | "flag" | "nothing" | "more";
  value: string;
  addedBy: string;
  violation: string;
  href: string;
  children: TreeNode[];
}

export interface Detail {
  row: Row;
  explanation: string;
  violations: { path: string; keyword: string; message: string }[];
  addedBy: string[];
  tree: TreeNode[];
  groups: { title: string; facts: { label: string; value: string; href: string; time: string }[] }[];
  json: string;
}

export interface Status {
  received: number;
  processed: number;
  failed: number;
  waiting: number;
  sinks: { name: string; lag: number }[];
}

/** How the stream is: what the page says beside its title. */
export type Signal = "connecting" | "live" | "lost" | "full" | "signed-out";
