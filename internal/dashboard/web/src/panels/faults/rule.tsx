import { useSignal, type Signal } from "@preact/signals";
import { learnPresets, presets, setLink } from "../../faults";
import { edit, emptyDraft, fieldWords, fields, fill, ruleOf, type Draft, type Field } from "../../model/rule";
import { ActButton } from "../../parts/act";
import { useEffect } from "preact/hooks";

// RuleForm sets what is asked of the links from some nodes to others. A preset fills the
// fields, and each can be changed.
export function RuleForm({ from, to, oneWay = true }: { from: string[]; to: string[]; oneWay?: boolean }) {
  const draft = useSignal<Draft>(emptyDraft());
  useEffect(() => void learnPresets(), []);
  return (
    <div class="rule acts" role="group" aria-label="what is asked of the link">
      {oneWay && <Way draft={draft} from={from} to={to} />}
      <Presets draft={draft} />
      {fields.map((f) => (
        <TextField key={f} draft={draft} field={f} />
      ))}
      <ActButton act={setLink(ruleOf(draft.value, from, to))}>set</ActButton>
    </div>
  );
}

function Way({ draft, from, to }: { draft: Signal<Draft>; from: string[]; to: string[] }) {
  const ways = { both: "both ways", there: `${from} → ${to}`, back: `${to} → ${from}` };
  return (
    <select aria-label="direction" value={draft.value.way} onChange={(e) => (draft.value = { ...draft.value, way: e.currentTarget.value as Draft["way"] })}>
      {Object.entries(ways).map(([way, words]) => (
        <option key={way} value={way}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Presets({ draft }: { draft: Signal<Draft> }) {
  const named = presets.value?.presets ?? [];
  const choose = (name: string) => (draft.value = fill(draft.value, name, named.find((p) => p.name === name) ?? {}));
  return (
    <select aria-label="preset" value={draft.value.preset} onChange={(e) => choose(e.currentTarget.value)}>
      <option value="">{fields.some((f) => draft.value.fields[f] !== "") ? "as in the fields" : "no faults"}</option>
      {named.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function TextField({ draft, field }: { draft: Signal<Draft>; field: Field }) {
  const { name, like, said } = fieldWords[field];
  return (
    <label title={said}>
      {name}{" "}
      <input size={7} placeholder={like} value={draft.value.fields[field]} onInput={(e) => (draft.value = edit(draft.value, field, e.currentTarget.value))} />
    </label>
  );
}
