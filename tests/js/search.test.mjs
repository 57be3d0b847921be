// The search box of a list finds people in any spelling of their name, and shows the best first.

import assert from "node:assert/strict";
import test from "node:test";

import { indexed, match, needles } from "../../teamapp/static/js/page/words.js";

const found = (query, row) => match(indexed({ label: "Số", ...row }), needles(query));
const score = (query, row) => found(query, row)?.score;
const finds = (query, title) => found(query, { title });

const BRE = {
  title: "Điểu Bré", place: "47 S'tiêng Cụm 3, cổng xanh",
  family: ["Điểu Bré, 1957", " Thị Rin, 1960", " Điểu Lơi, 2015"],
};

for (const question of [
  "dieu bre", "Điểu Bré", "ĐIỂU BRÉ", "bre dieu", "d", "", "  ", "bre 1957", "stieng", "cong xanh",
  "47", "số 47", "so 4", "cụm 3", "cum 3 bre", "bre cum 3", "rin 1960", "rin cụm 3", "loi so 47",
]) {
  test(`"${question}" finds the house`, () => assert.ok(found(question, BRE)));
}

for (const question of [
  "ieu", "dieu bri", "dieu rin", "bre rin", "rin 1957", "rin bre", "so 3", "cum 47", "cum 4", "so",
]) {
  test(`"${question}" does not find it`, () => assert.ok(!found(question, BRE)));
}

test("the person found is named, unless it is the head", () => {
  for (const [question, person] of [
    ["rin", "Thị Rin, 1960"], ["1960", "Thị Rin, 1960"], ["loi cum 3", "Điểu Lơi, 2015"],
    ["dieu", undefined], ["bre 1957", undefined], ["cum 3", undefined],
  ]) assert.equal(found(question, BRE).person, person, question);
});

test("whole words come before beginnings, and then the head before others", () => {
  const order = [
    { title: "Lê Lan" }, { title: "Vũ An", family: ["Vũ An, 1970", "Lê Lan, 1999"] },
    { title: "Lê Lanh" }, { title: "Vũ Tư", family: ["Vũ Tư, 1970", "Lê Lanh, 1999"] },
  ].map((row) => score("le lan", row));
  assert.deepEqual(order, [5, 4, 3, 2]);
  assert.ok(score("cum 3", { place: "8 Cụm 3" }) > score("cum 3", { place: "3 Cụm 30" }));
});

test("what the title of a procedure says comes before its other words", () => {
  const [named, other] = [{ title: "Đăng ký khai sinh" }, { title: "Cấp lại", place: "khai sinh" }];
  assert.ok(score("khai sinh", named) > score("khai sinh", other));
});

test("an apostrophe may be typed, omitted or replaced by a space", () => {
  for (const name of ["H'Lan", "H’Lan", "HʼLan"]) {
    for (const question of ["h lan", "hlan", "H'Lan", "h’lan", "lan", "HLAN"]) {
      assert.ok(finds(question, `${name} Niê`), `${question} in ${name}`);
    }
  }
});

test("composed and decomposed letters match", () => {
  assert.ok(finds("Điểu Bré".normalize("NFD"), "Điểu Bré".normalize("NFC")));
  assert.ok(finds("Điểu Bré".normalize("NFC"), "Điểu Bré".normalize("NFD")));
});

test("letters that look alike and characters nobody sees do not hide a person", () => {
  for (const name of ["Ðiểu Bré", "Ɖiểu Bré", "\u200bĐiểu\u200b Bré", "\u202eĐiểu Bré"]) {
    for (const question of ["dieu bre", "Điểu Bré", "Ðiểu", "ðiểu\u200b"]) {
      assert.ok(finds(question, name), `${question} in ${name}`);
    }
  }
});
