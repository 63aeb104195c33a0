import { rest } from "../rest";
import { opened } from "../ui";

// Dialogs shows what is opened.
export function Dialogs() {
  const now = opened.value;
  const Shown = now === null ? undefined : rest.value?.dialogs[now.kind];
  return Shown === undefined ? null : <Shown key={`${now!.kind}/${now!.id}`} id={now!.id} />;
}
