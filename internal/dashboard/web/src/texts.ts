import { options } from "preact";

// Preact writes an empty text anew with each picture, as if it had been another one, and the
// browser then lays out what is around it: with tables, that was most of what a picture
// changed in which nothing had happened. Where there is an empty text, there is none.

const before = options.vnode;

options.vnode = (node) => {
  const props = node.props as { children?: unknown };
  if (props.children === "") props.children = null;
  else if (Array.isArray(props.children)) props.children = props.children.map((child: unknown) => (child === "" ? null : child));
  before?.(node);
};
