import { expect, test } from "@playwright/test";
import { fields, hexOf, turned, withNonce } from "../../src/model/header";
import { fromHex, sha256, toHex } from "../../src/model/sha256";

// Bitcoin's block 125552, which its documentation works out by hand.
const header =
  "0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695";

test("the fields of a header take all of its bytes, in order", () => {
  expect(fields.map((f) => hexOf(header, f)).join("")).toBe(header);
  expect(Object.fromEntries(fields.map((f) => [f.name, turned(hexOf(header, f))]))).toEqual({
    version: "00000001",
    "previous hash": "00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81",
    "Merkle root": "2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3",
    time: "4dd7f5c7",
    bits: "1a44b9f2",
    nonce: "9546a142",
  });
});

test("its hash is the one that is published, and with another nonce it is another", () => {
  const hash = (of: string) => turned(toHex(sha256(sha256(fromHex(of)))));
  expect(hash(header)).toBe("00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d");
  expect(withNonce(header, 0x9546a142)).toBe(header);
  expect(hash(withNonce(header, 0))).not.toBe(hash(header));
  expect(withNonce(header, 0)).toHaveLength(160);
});
