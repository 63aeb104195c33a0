import type { ComponentChildren } from "preact";

interface Props {
  id: string;
  title: string;
  aside?: ComponentChildren; // at the right of the title
  children: ComponentChildren;
}

// Panel is a part of the page with a title.
export function Panel({ id, title, aside, children }: Props) {
  return (
    <section id={id} class="panel" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      <div class="content">{children}</div>
    </section>
  );
}
