import type { ComponentChildren } from "preact";

// Part is a part of a dialog, with a title of its own.
export function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
