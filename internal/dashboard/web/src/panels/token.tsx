import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useModal } from "../parts/modal";
import { Toasts } from "../parts/toasts";
import { question, type Question } from "../token";

// Token asks for the network's token, where acting needs one.
export function Token() {
  const now = question.value;
  return now === null ? null : <Form key={now.why} of={now} />;
}

function Form({ of: { why, answer } }: { of: Question }) {
  const token = useSignal("");
  const ref = useRef<HTMLDialogElement>(null);
  useModal(ref, useRef(null));
  return (
    <dialog
      ref={ref}
      class="token"
      aria-labelledby="token-title"
      onCancel={(e) => {
        e.preventDefault();
        answer(null);
      }}
    >
      <form
        class="dialog"
        onSubmit={(e) => {
          e.preventDefault();
          answer(token.value.trim());
        }}
      >
        <h2 id="token-title">The network's token</h2>
        <p class="said">
          Looking is free; whoever changes something here needs the token. It is in the file that the manager named when it started. This tab remembers it.
        </p>
        {why !== "" && (
          <p class="bad" role="alert">
            {why}
          </p>
        )}
        <p class="buttons">
          <label>
            token{" "}
            <input type="password" autocomplete="off" required autofocus value={token.value} onInput={(e) => (token.value = e.currentTarget.value)} />
          </label>
          <button type="submit">go on</button>
          <button type="button" onClick={() => answer(null)}>
            not now
          </button>
        </p>
      </form>
      <Toasts />
    </dialog>
  );
}
