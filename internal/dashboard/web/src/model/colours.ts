// colours is how many colours miners have: those of the style sheet.
const colours = 7;

// hueOf returns the number of a miner's colour, 1 to 7, or 0 for one that is no node of
// the network. It depends on the name alone, so that a node has one colour on every page,
// and keeps it; nodes whose names are seven apart share one.
export function hueOf(name: string): number {
  if (name === "") return 0;
  const number = /^n(\d+)$/.exec(name)?.[1];
  return 1 + ((number === undefined ? sum(name) : Number(number)) % colours);
}

// sum is a number that a name has, whatever it is.
function sum(name: string): number {
  let total = 0;
  for (const letter of name) total += letter.codePointAt(0)!;
  return total;
}
