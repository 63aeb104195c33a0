import type { Deed } from "./acts";
import { onNode } from "./api/client";
import type { Ban } from "./api/peers";
import { sentence } from "./parts/words";

// Acts on a node's links, and on whom it keeps out.

const did: Deed["did"] = ({ message = "" }) => sentence(message || "done");

export const connect = (node: string, other: string): Deed => ({ method: "POST", path: onNode(node, "/peers"), body: { node: other }, did });
export const disconnect = (node: string, other: string): Deed => ({ method: "DELETE", path: onNode(node, `/peers/${encodeURIComponent(other)}`), did });
export const ban = (node: string, id: string): Deed => ({ method: "POST", path: onNode(node, "/bans"), body: { id, for: "10m", reason: "by the page" }, did });
export const unban = (node: string, { id, net }: Ban): Deed => ({ method: "DELETE", path: onNode(node, net === "" ? `/bans/${id}` : `/bans?net=${encodeURIComponent(net)}`), did });
