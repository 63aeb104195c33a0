// Coins are exact decimals with up to eight places.

const places = 8;

// times is an amount so many times, as an exact decimal.
export function times(amount: string, count: number): string {
  const [whole = "0", fraction = ""] = amount.split(".");
  const product = BigInt(whole + fraction.padEnd(places, "0")) * BigInt(count);
  const digits = product.toString().padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, "");
}
