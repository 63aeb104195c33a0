import { computed, effect } from "@preact/signals";
import { connection, past } from "./store";
import { view } from "./view";

// The tab's title says the height, and whether it is live.
const title = computed(() => {
  const { best, network } = view.value;
  const state = past.value !== null ? "past" : connection.value.up ? "live" : "not live";
  const height = best === null ? "" : `${best.index.toLocaleString("en")} · `;
  return `${height}${state} · ${network.name || "networkmngr"}`;
});

effect(() => void (document.title = title.value));
