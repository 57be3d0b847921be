"""Numbers of identity papers in notes: server and phone answer each case of one table alike."""

import csv
import json
import subprocess
import time
from pathlib import Path

import pytest

from teamapp import id_numbers
from teamapp.static_files import STATIC

from ..node import NODE

TABLE = Path(__file__).parents[1] / "data" / "notes.csv"
CASES = [(line["text"], line["should_refuse"] == "yes")
         for line in csv.DictReader(TABLE.read_text("utf-8").splitlines(keepends=True))]
ON_A_PHONE = """
  const { isRefused } = await import(process.argv[1]);
  const [pattern, notes] = JSON.parse(process.argv[2]);
  process.stdout.write(JSON.stringify(notes.map((note) => isRefused(note, pattern))));
"""
LONGEST = 64_000  # characters of a body


@pytest.mark.parametrize("note, is_refused", CASES, ids=[str(n) for n in range(len(CASES))])
def test_server_masks_what_the_table_names(note, is_refused):
    masked = id_numbers.mask(note)
    assert id_numbers.has_id_number(note) == is_refused
    assert not id_numbers.has_id_number(masked)
    assert (masked == note) == (not is_refused)


def test_phone_refuses_what_the_table_names():
    notes = [note for note, _ in CASES]
    said = subprocess.run(
        [NODE, "--input-type=module", "-e", ON_A_PHONE,
         (STATIC / "js/forms/refused.js").as_uri(), json.dumps([id_numbers.IN_HTML, notes])],
        capture_output=True, text=True, check=True).stdout
    assert dict(zip(notes, json.loads(said), strict=True)) == dict(CASES)


@pytest.mark.parametrize("note, masked", [
    ("số 099000000001 nhé", "số •••••••••••• nhé"),
    ("nhà 12 0990 0000 0001", "nhà 12 •••• •••• ••••"),
    ("nhà 123 099 000 000 001", "nhà 123 ••• ••• ••• •••"),
    ("sinh 1957 0990 0000 0001", "sinh 1957 •••• •••• ••••"),
    ("0300000001 099000000001", "0300000001 ••••••••••••"),
    ("099000000001 0300000001", "•••••••••••• 0300000001"),
    ("20/11/2026 099000000001", "20/11/2026 ••••••••••••"),
    ("CCCD 099000000001/2021", "CCCD ••••••••••••/2021")])
def test_only_the_id_number_is_masked(note, masked):
    assert id_numbers.mask(note) == masked


@pytest.mark.parametrize("typed", [
    "8c1f0a52-6c3c-4b0e-9d0a-099000000001", "8C1F0A52-6C3C-4B0E-9D0A-099000000001", "", None])
def test_ids_of_records_stay(typed):
    assert id_numbers.mask(typed) == (typed or "")


@pytest.mark.parametrize("part", [
    "1 ", "1985      ", "+84      ", "84      ", "(02) ", "vay : ", "cccd ", "0 ", "1",
    "100.000 ", "000.00.12.H10-", "-", "0300 000"])
def test_no_text_takes_long(part):
    began = time.process_time()
    id_numbers.mask("123456789 " + part * (LONGEST // len(part)))
    assert time.process_time() - began < 5
