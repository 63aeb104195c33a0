import { computed } from "@preact/signals";
import { faults } from "../../faults";
import { faulty, isCut } from "./cuts";

// what of faults the graph shows now, in the order of the legend.
const shown = computed(() => {
  const { regions } = faults.value;
  const cut = faulty.value.filter(isCut);
  const oneWay = cut.filter((f) => f.there.cut === "" || f.back.cut === "");
  return {
    silent: cut.some((f) => f.there.cut === "silent" && f.back.cut === "silent"),
    reset: cut.some((f) => f.there.cut === "reset" || f.back.cut === "reset"),
    oneWay: oneWay.length > 0,
    delay: faulty.value.some((f) => !isCut(f) && f.there.link.delay !== undefined && f.there.preset !== regions?.table),
    regions: regions !== undefined,
  };
});

// FaultLegend explains the marks of faults that there are.
export function FaultLegend() {
  const { silent, reset, oneWay, delay, regions } = shown.value;
  return (
    <>
      {silent && <Line path="M0 7h26" dashed="M0 7h26" words="cut: messages are held" />}
      {reset && <Line path="" dashed="M0 7h26" cross words="cut: links are refused" />}
      {oneWay && <Line path="M0 7h13" dashed="M13 7h13" words="cut on the dashed half's way" />}
      {delay && <li>30ms: delay of a link, one way</li>}
      {regions && <li>dotted disc: a region; length: delay between regions</li>}
    </>
  );
}

function Line({ path, dashed, cross = false, words }: { path: string; dashed: string; cross?: boolean; words: string }) {
  return (
    <li>
      <svg class="cut-sample" width="26" height="14" aria-hidden="true">
        {path !== dashed && <path d={path} />}
        <path class="dashed" d={dashed} />
        {cross && <path d="M9 3l8 8M17 3l-8 8" />}
      </svg>
      {words}
    </li>
  );
}
