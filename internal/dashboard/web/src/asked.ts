import { computed } from "@preact/signals";
import { view } from "./view";

// asked is the name of the node that answers for the page: the viewed one, or else the
// first of those that run and have the best tip. It is empty if none runs.
export const asked = computed(() => {
  const { network, node, best } = view.value;
  if (node !== null) return node.name;
  let first = "";
  for (const n of network.nodes.values()) {
    if (n.state !== "running") continue;
    if (n.tip?.hash === best?.hash) return n.name;
    first ||= n.name;
  }
  return first;
});
