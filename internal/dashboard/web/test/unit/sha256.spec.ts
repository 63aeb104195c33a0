import { expect, test } from "@playwright/test";
import { createHash } from "node:crypto";
import { fromHex, sha256, toHex } from "../../src/model/sha256";

const of = (text: string) => toHex(sha256(new TextEncoder().encode(text)));

// FIPS 180-4's examples, and those of NIST's page of example values.
test("SHA-256 of published messages", () => {
  expect(of("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(of("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  expect(of("a".repeat(1_000_000))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
});

test("SHA-256 of every length around a block's end is as another program has it", () => {
  for (let n = 0; n < 200; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
    expect(toHex(sha256(bytes)), `${n} bytes`).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("the hash of Bitcoin's genesis header", () => {
  const header =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
  const hash = sha256(sha256(fromHex(header))).reverse();
  expect(toHex(hash)).toBe("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
});
